#include "controller/agent_binary.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sodium.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr std::array kMachines = {"x86_64", "aarch64"};

std::string read_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw SystemError("open " + path, errno);
  std::string content;
  std::array<char, 1 << 16> chunk;
  ssize_t count = 0;
  while ((count = ::read(fd.get(), chunk.data(), chunk.size())) > 0) {
    content.append(chunk.data(), static_cast<std::size_t>(count));
  }
  if (count < 0) throw SystemError("read " + path, errno);
  return content;
}

std::string sha256_of(const std::string& content) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(content.data()),
                     content.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex;
  return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
}

// Empty for what is no executable of a machine we know.
std::string machine_of(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Elf64_Ehdr header{};
  if (!fd || ::read(fd.get(), &header, sizeof header) != sizeof header) return {};
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  switch (header.e_machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_AARCH64:
      return "aarch64";
    default:
      return {};
  }
}

std::string compress_gzip(const std::string& content) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header
  // Level 6: level 9 takes three times as long for one percent.
  if (deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error("cannot start zlib");
  }
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw Error("zlib cannot compress the agent");
  return out;
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

AgentBinary::AgentBinary(std::string machine, std::string path)
    : machine_(std::move(machine)),
      path_(std::move(path)),
      sha256_(
          std::async(std::launch::async, [path = path_] { return sha256_of(read_file(path)); })) {}

const std::string& AgentBinary::sha256() const { return sha256_.get(); }

const std::string& AgentBinary::content() const {
  std::call_once(content_once_, [&] {
    std::string content = read_file(path_);
    if (sha256_of(content) != sha256()) {
      throw Error(path_ + " has changed since this command began", "run the command again");
    }
    content_ = std::move(content);
  });
  return content_;
}

const std::string& AgentBinary::gzip() const {
  std::call_once(gzip_once_, [&] { gzip_ = compress_gzip(content()); });
  return gzip_;
}

std::vector<std::string> AgentBinaries::usual_directories() {
  std::vector<std::string> directories;
  const char* chosen = getenv("WGMESH_AGENT_DIR");
  if (chosen != nullptr && *chosen != '\0') directories.emplace_back(chosen);
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const auto beside = self.parent_path();
    directories.push_back(beside.string());
    directories.push_back((beside.parent_path() / "agent").string());
  }
  directories.emplace_back("/usr/lib/wgmesh");
  return directories;
}

AgentBinaries::AgentBinaries(const std::vector<std::string>& directories)
    : directories_(directories) {
  for (const std::string& directory : directories_) {
    const std::string plain = directory + "/wgmesh-agent";
    for (const char* machine : kMachines) {
      const std::string named = fmt::format("{}-{}", plain, machine);
      if (binaries_.contains(machine)) continue;
      if (is_file(named)) {
        binaries_.emplace(machine, std::make_unique<AgentBinary>(machine, named));
      } else if (is_file(plain) && machine_of(plain) == machine) {
        binaries_.emplace(machine, std::make_unique<AgentBinary>(machine, plain));
      }
    }
  }
}

const AgentBinary& AgentBinaries::find(std::string_view machine) const {
  const auto found = binaries_.find(machine);
  if (found != binaries_.end()) return *found->second;
  throw Error(fmt::format("there is no wgmesh-agent for its machine, {}", machine),
              fmt::format("put wgmesh-agent-{} into one of: {}; or set WGMESH_AGENT_DIR", machine,
                          fmt::join(directories_, ", ")));
}

}  // namespace wgmesh
