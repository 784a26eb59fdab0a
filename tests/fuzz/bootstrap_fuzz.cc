// The way from a shell to the agent on a hostile node: the octets are what it says, up to the first
// zero on stdout and behind it on stderr; the first octet says into what pieces they are cut. The
// conversation ends, and the controller sends no more than its bound.
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "common/key.h"
#include "controller/reach/bootstrap.h"
#include "tests/support/fuzz/replayed_transport.h"

namespace wgmesh {
namespace {

// Eight uploads of a tiny agent, and two scripts.
constexpr std::size_t kMostWritten = 256u << 10;

std::string& folder() {
  static std::string path = "/tmp/wgmesh-fuzz-XXXXXX";
  return path;
}

std::string folder_with_agent() {
  if (::mkdtemp(folder().data()) == nullptr) { std::abort(); }
  std::atexit([] { std::filesystem::remove_all(folder()); });
  std::ofstream(folder() + "/wgmesh-agent-x86_64") << "an agent";
  return folder();
}

const AgentBinaries& agents() {
  static const AgentBinaries kBinaries({{folder_with_agent()}});
  return kBinaries;
}

}  // namespace
}  // namespace wgmesh

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  wgmesh::init_crypto();
  (void)wgmesh::agents();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) { return 0; }
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t zero = octets.find('\0');
  const std::string_view errors =
      zero == std::string_view::npos ? std::string_view() : octets.substr(zero + 1);
  wgmesh::ReplayedTransport transport(octets.substr(0, zero), errors, data[0] + 1u);
  try {
    (void)wgmesh::bootstrap(transport, wgmesh::agents(), {});
  } catch (const wgmesh::Error&) {}
  if (transport.written() > wgmesh::kMostWritten) { std::abort(); }
  return 0;
}
