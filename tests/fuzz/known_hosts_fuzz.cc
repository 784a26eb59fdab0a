// A line of known_hosts: any octets say something about a host, or nothing. What a line says does
// not depend on blanks around it or on how the line ends. The same octets are read as the list of
// paths in which ssh names its known_hosts files.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/error.h"
#include "controller/ssh/known_hosts_line.h"
#include "controller/ssh/path_list.h"

namespace {

void require(bool condition) {
  if (!condition) { std::abort(); }
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

// A list of paths is refused with an Error, or every octet of it stands in one path.
void check_path_list(const std::string& text) {
  std::string joined;
  try {
    const auto exists = [](const std::string& path) { return path.back() == '!'; };
    for (const std::string& path : wgmesh::split_path_list(text, exists)) { joined += path; }
  } catch (const wgmesh::Error&) { return; }
  require(without_blanks(joined) == without_blanks(text));
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
  check_path_list(line.substr(0, 96));
  return 0;
}
