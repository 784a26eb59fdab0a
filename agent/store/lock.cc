#include "agent/store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <thread>

#include "agent/store/atomic_file.h"
#include "agent/store/file_lock.h"
#include "agent/text/messages.h"
#include "common/posix.h"
#include "common/utc_text.h"

namespace wgmesh {
namespace {

using namespace std::chrono_literals;
constexpr auto kRetry = 50ms;

std::optional<Holder> read_holder(const std::string& path) {
  const auto line = read_file(path);
  return line ? parse_holder(*line) : std::nullopt;
}

Said told_of(const std::optional<Holder>& holder) {
  if (!holder) { return say<"store-lock-held">("another session"); }
  return say<"store-lock-held">(fmt::format("{} since {} (process {})", holder->origin,
                                            utc_text(holder->since), holder->pid));
}

bool is_drawn(std::uint64_t session_number) {
  return session_number != kGoesOn && session_number != kEndsSoon;
}

std::string lock_path(const std::string& folder, const std::string& mesh) {
  return folder + "/" + mesh + ".lock";
}

// One line, whatever a controller sends.
std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') { c = '?'; }
  }
  return text.substr(0, 200);
}

}  // namespace

std::string put_holder(const Holder& holder) {
  return fmt::format("{} {} {} {}\n", holder.pid, holder.session_number, holder.since,
                     holder.origin.empty() ? "unknown" : printable(holder.origin));
}

std::optional<Holder> parse_holder(std::string_view line) {
  if (line.empty() || line.back() != '\n') { return std::nullopt; }
  line.remove_suffix(1);
  Holder holder;
  const auto number = [&line](auto& value) {
    const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (fault != std::errc{} || end == line.data() + line.size() || *end != ' ') { return false; }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
    return true;
  };
  if (!number(holder.pid) || !number(holder.session_number) || !number(holder.since)) {
    return std::nullopt;
  }
  holder.origin = line;
  return holder;
}

void write_holder(int file, const Holder& holder) {
  const std::string line = put_holder(holder);
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) {
    throw SystemError("write the lock's holder", errno);
  }
}

MeshLock::MeshLock(const std::string& folder, const std::string& mesh, const Holder& me,
                   std::chrono::milliseconds patience, const std::function<bool()>& give_up)
    : path_(lock_path(folder, mesh)), me_(me) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::optional<Holder> seen;
  for (bool has_waited = false;; has_waited = true) {
    file_ = try_flock(folder, path_);
    if (file_ && has_waited) { refuse_what_is_over(); }
    if (file_) { break; }
    const auto holder = read_holder(path_);
    // A line may be a former holder's for the instant between lock and write: believe it when it
    // was there twice.
    const bool believed = holder && seen == holder;
    seen = holder;
    if (believed && is_drawn(me.session_number) && holder->session_number == me.session_number) {
      throw LockedByItself(say<"store-lock-same-run">());
    }
    const bool must_die = believed && holder->session_number <= me.session_number;
    if (must_die || std::chrono::steady_clock::now() >= until || (give_up && give_up())) {
      throw Locked(told_of(holder));
    }
    std::this_thread::sleep_for(kRetry);
  }
  write_holder(file_.get(), me);
}

// The holder may have gone on and come to its end between two looks. Its line is still there,
// unless it has forgotten the mesh and its file with it.
void MeshLock::refuse_what_is_over() const {
  const auto last = read_holder(path_);
  if (last && last->session_number != kGoesOn) { return; }
  throw Locked(told_of(last));
}

void MeshLock::set_number(std::uint64_t number) {
  me_.session_number = number;
  try {
    write_holder(file_.get(), me_);
  } catch (const Error&) {
    // Others go by the number that stands there.
  }
}

std::optional<MeshLock> MeshLock::try_take(const std::string& folder, const std::string& mesh,
                                           const Holder& me) {
  const std::string path = lock_path(folder, mesh);
  UniqueFd file = try_flock(folder, path);
  if (!file) { return std::nullopt; }
  write_holder(file.get(), me);
  return MeshLock(std::move(file), path, me);
}

void MeshLock::remove_file() { wgmesh::remove_file(path_); }

}  // namespace wgmesh
