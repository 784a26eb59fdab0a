// find_keys KEYS PLACE... - look for keys where they must not be, as grep would if it took octets.
//
// KEYS is a file with one key a line in base64, as `wg` prints it. A PLACE is a file, a folder with
// all that is below it on the same file system, or pid:N, the memory of a process as it is now
// (stop it first). Keys are found as raw octets, base64 (also without padding, also URL-safe) and
// hexadecimal, and by either half alone: the heap overwrites the beginning of what is given back to
// it. Prints `PLACE: key K, FORM` for each hit and last `N octets in M places`. Exit status 0:
// found something, 1: nothing, 2: could not look.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {
namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr std::size_t kPiece = 4u << 20;
// Pieces overlap by as much as the longest pattern, half a key in hexadecimal, may stand across
// their border.
constexpr std::size_t kOverlap = 2 * kKeyOctets;

struct Pattern {
  std::string octets;
  std::string name;  // for the hit: "key 3, base64"
};

class Patterns {
 public:
  explicit Patterns(const std::string& file) {
    std::ifstream in(file);
    unsigned count = 0;
    for (std::string line; std::getline(in, line);) { add(line, ++count); }
    if (by_start_.empty()) { throw std::runtime_error("no keys in " + file); }
  }

  // The names of what is in `text`, each once.
  void find_in(std::string_view text, std::map<std::string, std::size_t>& found) const {
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      if (!starts_[start_of(text.substr(at))]) { continue; }
      const auto [from, to] = by_start_.equal_range(start_of(text.substr(at)));
      for (auto candidate = from; candidate != to; ++candidate) {
        if (text.substr(at).starts_with(candidate->second.octets)) {
          ++found[candidate->second.name];
        }
      }
    }
  }

 private:
  static std::size_t start_of(std::string_view text) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8 |
           static_cast<unsigned char>(text[1]);
  }

  void put(std::string octets, unsigned key, std::string_view form) {
    const std::size_t start = start_of(octets);
    starts_.set(start);
    by_start_.emplace(start, Pattern{std::move(octets), fmt::format("key {}, {}", key, form)});
  }

  void add(const std::string& base64, unsigned key) {
    std::string raw(kKeyOctets, '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), base64.data(),
                          base64.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size != kKeyOctets) {
      throw std::runtime_error(fmt::format("line {} is no key", key));
    }
    std::string safe = base64;
    std::ranges::replace(safe, '+', '-');
    std::ranges::replace(safe, '/', '_');
    std::string lower;
    std::string upper;
    for (const char c : raw) {
      lower += fmt::format("{:02x}", static_cast<unsigned char>(c));
      upper += fmt::format("{:02X}", static_cast<unsigned char>(c));
    }
    // 21 of the 43 characters that tell a key are 126 bits.
    constexpr std::size_t kHalfBase64 = 21;
    for (const std::size_t half : {0, 1}) {
      put(raw.substr(half * kKeyOctets / 2, kKeyOctets / 2), key, "raw");
      put(base64.substr(half * kHalfBase64, kHalfBase64), key, "base64");
      if (safe != base64) { put(safe.substr(half * kHalfBase64, kHalfBase64), key, "base64"); }
      put(lower.substr(half * kKeyOctets, kKeyOctets), key, "hexadecimal");
      put(upper.substr(half * kKeyOctets, kKeyOctets), key, "hexadecimal");
    }
  }

  std::multimap<std::size_t, Pattern> by_start_;
  std::bitset<1u << 16> starts_;
};

class Search {
 public:
  explicit Search(const Patterns& patterns) : patterns_(patterns) {}

  void look_at(const std::string& place) {
    if (place.starts_with("pid:")) {
      look_at_memory(place.substr(4));
      return;
    }
    struct stat status {};
    if (::lstat(place.c_str(), &status) != 0) { throw SystemError(place, errno); }
    if (S_ISDIR(status.st_mode)) {
      look_below(place, status.st_dev);
    } else {
      look_at_file(place);
    }
  }

  bool found() const { return found_; }
  std::string summary() const { return fmt::format("{} octets in {} places", octets_, places_); }

 private:
  // Files may go while we look; a file that cannot be read for another reason is an error.
  void look_at_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file) {
      if (errno == ENOENT || errno == ELOOP || errno == ENXIO) { return; }
      throw SystemError(path, errno);
    }
    std::map<std::string, std::size_t> found;
    look_at_range(file.get(), 0, UINT64_MAX, path, found);
    tell(path, found);
  }

  void look_below(const std::string& folder, dev_t device) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
    while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") { continue; }
      const std::string path = folder + "/" + name;
      struct stat status {};
      if (::lstat(path.c_str(), &status) != 0) { continue; }
      // Only folders tell: a file of an overlay has the number of the layer that it is in.
      if (S_ISDIR(status.st_mode) && status.st_dev == device) { look_below(path, device); }
      if (S_ISREG(status.st_mode)) { look_at_file(path); }
    }
  }

  // Every mapping that can be read, one after the other, as a core dump would have them.
  void look_at_memory(const std::string& pid) {
    const std::string memory = fmt::format("/proc/{}/mem", pid);
    const UniqueFd file(::open(memory.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) { throw SystemError(memory, errno); }
    std::ifstream maps(fmt::format("/proc/{}/maps", pid));
    std::map<std::string, std::size_t> found;
    for (std::string line; std::getline(maps, line);) {
      std::uint64_t from = 0;
      std::uint64_t to = 0;
      char readable = '-';
      const int fields =
          std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %c", &from, &to, &readable);
      const bool ours = fields == 3 && readable == 'r' && to <= INT64_MAX;
      if (ours) { look_at_range(file.get(), from, to, memory, found); }
    }
    tell(memory, found);
  }

  void look_at_range(int file, std::uint64_t from, std::uint64_t to, const std::string& name,
                     std::map<std::string, std::size_t>& found) {
    piece_.resize(kPiece);
    std::size_t kept = 0;  // the end of the piece before, at our beginning
    for (std::uint64_t at = from; at < to;) {
      const std::size_t wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(to - at, kPiece - kept));
      const ssize_t count = ::pread(file, piece_.data() + kept, wanted, static_cast<off_t>(at));
      if (count == 0) { break; }
      if (count < 0) {
        if (errno == EIO) {
          break;  // [vvar] and the like, which have no memory behind them
        }
        throw SystemError(name, errno);
      }
      at += static_cast<std::uint64_t>(count);
      octets_ += static_cast<std::uint64_t>(count);
      const std::size_t size = kept + static_cast<std::size_t>(count);
      patterns_.find_in({piece_.data(), size}, found);
      kept = std::min(size, kOverlap);
      std::memmove(piece_.data(), piece_.data() + size - kept, kept);
    }
  }

  void tell(const std::string& place, const std::map<std::string, std::size_t>& found) {
    ++places_;
    found_ = found_ || !found.empty();
    for (const auto& [name, count] : found) { fmt::print("{}: {}\n", place, name); }
  }

  const Patterns& patterns_;
  std::string piece_;
  bool found_ = false;
  std::uint64_t octets_ = 0;
  unsigned places_ = 0;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) { throw std::runtime_error("find_keys KEYS PLACE..."); }
  const Patterns patterns(arguments[0]);
  Search search(patterns);
  for (std::size_t i = 1; i < arguments.size(); ++i) { search.look_at(arguments[i]); }
  fmt::print("{}\n", search.summary());
  return search.found() ? 0 : 1;
}

}  // namespace
}  // namespace wgmesh

int main(int argc, char** argv) {
  try {
    return wgmesh::run({argv + std::min(argc, 1), argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "find_keys: {}\n", error.what());
    return 2;
  }
}
