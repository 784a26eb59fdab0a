#include "controller/ssh/known_hosts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::size_t kMaxFile = 256u << 20;

struct Content {
  std::string text;
  std::string fault;  // why it could not be read
};

// A FIFO would make us wait, and can be read only once: it counts as unreadable.
Content read_whole(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) { return {{}, errno == ENOENT || errno == ENOTDIR ? "" : strerror(errno)}; }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) { return {{}, strerror(errno)}; }
  if (S_ISCHR(status.st_mode) && file == "/dev/null") { return {}; }
  if (!S_ISREG(status.st_mode)) { return {{}, "no regular file"}; }
  auto text = read_all(fd.get(), kMaxFile);
  if (!text) { return {{}, strerror(errno)}; }
  if (text->size() > kMaxFile) { return {{}, "too large"}; }
  return {std::move(*text), {}};
}

}  // namespace

KnownHosts::KnownHosts(const std::vector<std::string>& files, const std::string& name) {
  for (const std::string& file : files) { read(file, name); }
}

void KnownHosts::read(const std::string& file, const std::string& name) {
  const Content content = read_whole(file);
  if (!content.fault.empty()) {
    entries_.push_back({{KnownHostsMarker::kNone, std::nullopt, content.fault}, file});
  }
  unsigned number = 0;
  for (std::string_view left = content.text; !left.empty();) {
    ++number;
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    if (auto read = read_known_hosts_line(line, name)) {
      entries_.push_back({std::move(*read), fmt::format("{}:{}", file, number)});
    }
  }
}

bool KnownHosts::is_revoked(const SshPublicKey& key) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.line.marker == KnownHostsMarker::kRevoked && entry.line.key &&
           entry.line.key->wire == key.wire;
  });
}

HostKeyVerdict KnownHosts::check(const SshPublicKey& shown) const {
  if (is_revoked(shown)) {
    return HostKeyVerdict::kRevoked;  // whatever else is written
  }
  HostKeyVerdict verdict = HostKeyVerdict::kUnknown;
  bool unclear = false;
  for (const auto& [line, where] : entries_) {
    if (!line.key) {
      // A line that may have been meant to refuse this key weighs more than one that knows it.
      if (line.marker == KnownHostsMarker::kRevoked) { return HostKeyVerdict::kUnclear; }
      unclear = true;
    } else if (line.marker == KnownHostsMarker::kNone) {
      if (*line.key == shown) {
        verdict = HostKeyVerdict::kKnown;
      } else if (verdict != HostKeyVerdict::kKnown) {
        const bool same_kind = line.key->kind == shown.kind;
        if (same_kind || verdict == HostKeyVerdict::kUnknown) {
          verdict = same_kind ? HostKeyVerdict::kChanged : HostKeyVerdict::kOtherKind;
        }
      }
    }
  }
  return verdict == HostKeyVerdict::kUnknown && unclear ? HostKeyVerdict::kUnclear : verdict;
}

std::string KnownHosts::where(const SshPublicKey& shown) const {
  std::string other;
  std::string unclear;
  const bool revoked = is_revoked(shown);
  for (const auto& [line, where] : entries_) {
    if (!line.key) {
      const bool grave = line.marker == KnownHostsMarker::kRevoked;
      if (unclear.empty() || grave) { unclear = fmt::format("{}: {}", where, line.fault); }
      if (grave && !revoked) { return unclear; }
    } else if (line.marker == KnownHostsMarker::kRevoked) {
      if (line.key->wire == shown.wire) { return where; }
    } else if (line.marker == KnownHostsMarker::kNone && *line.key != shown && other.empty()) {
      other = where;
    }
  }
  return other.empty() ? unclear : other;
}

bool KnownHosts::knows_kind(std::string_view kind) const {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.line.marker == KnownHostsMarker::kNone && entry.line.key &&
           !entry.line.key->certificate && entry.line.key->kind == kind;
  });
  return found != entries_.end() && !is_revoked(*found->line.key);
}

std::string KnownHosts::first(KnownHostsMarker marker) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.line.marker == marker; });
  return found == entries_.end() ? std::string() : found->where;
}

void add_known_host(const std::string& file, const std::string& name, const SshPublicKey& key,
                    bool hashed) {
  const std::filesystem::path directory = std::filesystem::path(file).parent_path();
  if (!directory.empty()) {
    ::mkdir(directory.c_str(), 0700);  // one that is there is as good
  }
  const UniqueFd fd(
      ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!fd) { throw SystemError("open " + file, errno); }
  // A file that an editor left without a last newline would join our line to its last one.
  std::string line =
      fmt::format("{} {} {}\n", hashed ? hashed_host(name) : name, key.kind, base64_of(key.wire));
  char last = '\n';
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  if (size > 0 && ::pread(fd.get(), &last, 1, size - 1) == 1 && last != '\n') {
    line.insert(0, "\n");
  }
  // One write: other threads of ours append to the same file.
  const ssize_t written = ::write(fd.get(), line.data(), line.size());
  if (written < 0) { throw SystemError("write " + file, errno); }
  if (written != static_cast<ssize_t>(line.size())) { throw SystemError("write " + file, ENOSPC); }
}

}  // namespace wgmesh
