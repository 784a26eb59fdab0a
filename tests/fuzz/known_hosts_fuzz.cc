// A line of known_hosts: any octets say something about a host, or nothing. What a line says does
// not depend on blanks around it or on how the line ends.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "controller/ssh/known_hosts_line.h"
#include "controller/ssh/path_list.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string line(reinterpret_cast<const char*>(octets), size);
  const auto read = wgmesh::read_known_hosts_line(line, "n");
  require(!read || read->key.has_value() == read->fault.empty());
  const auto indented = wgmesh::read_known_hosts_line(" \t" + line, "n");
  require(read.has_value() == indented.has_value());
  if (read && read->key) {
    const auto carriage = wgmesh::read_known_hosts_line(line + "\r", "n");
    require(carriage && carriage->key == read->key && carriage->marker == read->marker);
    require(wgmesh::parse_ssh_public_key(read->key->wire)->wire == read->key->wire);
  }
  wgmesh::split_path_list(line.substr(0, 64), [](const std::string&) { return false; });
  return 0;
}
