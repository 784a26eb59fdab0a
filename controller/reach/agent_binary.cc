#include "controller/reach/agent_binary.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/exposed_folder.h"
#include "common/posix.h"
#include "common/program_file.h"
#include "common/sha256.h"
#include "controller/reach/gzip.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::array kMachines = {"x86_64", "aarch64"};

// Empty for what is no executable of a machine we know.
std::string machine_of(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Elf64_Ehdr header{};
  if (!fd || ::read(fd.get(), &header, sizeof header) != sizeof header) { return {}; }
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) { return {}; }
  switch (header.e_machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_AARCH64:
      return "aarch64";
    default:
      return {};
  }
}

constexpr std::string_view kPacked = ".gz";
constexpr std::size_t kMaxUnpacked = 64U << 20;  // octets; an agent has 2.6 million

// The program in the octets of a file of that name.
std::string program_in(const std::string& path, std::string octets) {
  if (!path.ends_with(kPacked)) { return octets; }
  std::optional<std::string> program = unpack_gzip(octets, kMaxUnpacked);
  if (!program) { throw Error(say<"agent-binary-damaged">(path)); }
  return std::move(*program);
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

AgentBinary::AgentBinary(std::string machine, std::string path)
    : machine_(std::move(machine)),
      path_(std::move(path)),
      hashes_(std::async(std::launch::async, [path = path_] { return hashes_of(path); })) {}

AgentBinary::Hashes AgentBinary::hashes_of(const std::string& path) {
  std::string octets = read_program(path);
  const std::string file = sha256_of(octets);
  if (!path.ends_with(kPacked)) { return {file, file}; }
  return {sha256_of(program_in(path, std::move(octets))), file};
}

const std::string& AgentBinary::content() const {
  std::call_once(content_once_, [&] {
    content_ = checked(program_in(path_, read_program(path_)), hashes_.get().program);
  });
  return content_;
}

// Nodes wait for this, so a packed file is not unpacked once more: its own hash is checked.
const std::string& AgentBinary::gzip() const {
  std::call_once(gzip_once_, [&] {
    gzip_ = path_.ends_with(kPacked) ? checked(read_program(path_), hashes_.get().file)
                                     : pack_gzip(content());
  });
  return gzip_;
}

std::string AgentBinary::checked(std::string octets, const std::string& sha256) const {
  if (sha256_of(octets) != sha256) { throw Error(say<"agent-binary-changed">(path_)); }
  return octets;
}

std::vector<AgentPlace> usual_agent_places() {
  std::vector<AgentPlace> places;
  const char* chosen = getenv("WGMESH_AGENT_DIR");
  if (chosen != nullptr && *chosen != '\0') {
    if (const std::string why = why_others_may_write(chosen); !why.empty()) {
      throw Error(say<"agent-folder-exposed">(chosen, why));
    }
    places.push_back({chosen});
  }
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const auto beside = self.parent_path();
    places.push_back({beside.string(), false});
    places.push_back({(beside.parent_path() / "installed").string(), false});
    places.push_back({(beside.parent_path() / "agent").string(), false});
    places.push_back({(beside.parent_path() / "lib/wgmesh/agents").string(), false});
  }
  places.push_back({"/usr/lib/wgmesh", false});
  return places;
}

AgentBinaries::AgentBinaries(std::vector<AgentPlace> places,
                             std::span<const std::string_view> known)
    : places_(std::move(places)), known_(known.begin(), known.end()) {
  for (const AgentPlace& place : places_) {
    const std::string plain = place.folder + "/wgmesh-agent";
    for (const char* machine : kMachines) {
      const std::string named = fmt::format("{}-{}", plain, machine);
      std::string path;
      if (is_file(named)) {
        path = named;
      } else if (is_file(named + std::string(kPacked))) {
        path = named + std::string(kPacked);
      } else if (is_file(plain) && machine_of(plain) == machine) {
        path = plain;
      } else {
        continue;
      }
      candidates_.push_back({std::make_unique<AgentBinary>(machine, path), place.takes_any});
    }
  }
}

void AgentBinaries::choose() const {
  for (Candidate& candidate : candidates_) {
    const std::string& machine = candidate.binary->machine();
    if (binaries_.contains(machine)) { continue; }
    const bool is_known = candidate.is_known_by_its_place ||
                          std::ranges::count(known_, candidate.binary->sha256()) > 0;
    if (is_known) {
      binaries_.emplace(machine, std::move(candidate.binary));
    } else {
      passed_over_.push_back(candidate.binary->path());
    }
  }
  candidates_.clear();
}

const AgentBinaries::Map& AgentBinaries::all() const {
  std::call_once(chosen_once_, [this] { choose(); });
  return binaries_;
}

const AgentBinary& AgentBinaries::find(std::string_view machine) const {
  const auto found = all().find(machine);
  if (found != all().end()) { return *found->second; }
  std::string passed_over;
  if (!passed_over_.empty()) {
    passed_over = fmt::format("; this mesh was not built with {}", fmt::join(passed_over_, ", "));
  }
  std::vector<std::string_view> folders;
  for (const AgentPlace& place : places_) { folders.emplace_back(place.folder); }
  throw Error(say<"agent-binary-missing">(machine, passed_over,
                                          fmt::format("{}", fmt::join(folders, ", "))));
}

}  // namespace wgmesh
