// One controller per mesh and node at a time: an flock on /run/wgmesh/MESH.lock, whose one line
// says who holds it. The open file is shared with the watcher by fork, so the lock ends with the
// last of both.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {

// Somebody else holds it. what(): "locked by root@ci7 since 2024-05-01 12:00:03 UTC".
class Locked : public Error {
 public:
  using Error::Error;
};

// This very session holds it: two nodes of its mesh file are this machine.
class LockedByItself : public Error {
 public:
  using Error::Error;
};

struct Holder {
  std::string origin;  // user@host of the controller
  std::uint64_t session_number = 0;
  std::int64_t since = 0;  // seconds since the epoch
  std::int64_t pid = 0;
  bool operator==(const Holder&) const = default;
};

std::string put_holder(const Holder& holder);
std::optional<Holder> parse_holder(std::string_view line);

// Numbers that no session draws. A session that holds the locks of all its nodes goes on: nobody
// waits for it, for two that met shall not both succeed. One that only undoes is over in a moment:
// everybody waits.
constexpr std::uint64_t kGoesOn = 0;
constexpr std::uint64_t kEndsSoon = ~std::uint64_t{0};

// Writes who holds the lock that `file` is.
void write_holder(int file, const Holder& holder);

class MeshLock {
 public:
  // Wait-die: between two sessions that meet on several nodes in different order, only the one with
  // the smaller number ever waits (at most `patience`), the other throws Locked at once. So they
  // never wait for each other, and one of them goes on; who has waited for it throws Locked then.
  // A session that meets itself throws LockedByItself. `give_up` is asked while waiting; true
  // throws Locked too.
  MeshLock(const std::string& folder, const std::string& mesh, const Holder& me,
           std::chrono::milliseconds patience, const std::function<bool()>& give_up = {});
  // Empty where somebody holds it.
  static std::optional<MeshLock> try_take(const std::string& folder, const std::string& mesh,
                                          const Holder& me);

  MeshLock(MeshLock&& other) noexcept = default;
  MeshLock& operator=(MeshLock&& other) noexcept = default;
  ~MeshLock() = default;

  int fd() const { return file_.get(); }
  // Writes another number for this holder: kGoesOn or kEndsSoon. Best effort.
  void set_number(std::uint64_t number);
  // Removes the file while it is held; for a node's last mesh.
  void remove_file();

 private:
  MeshLock(UniqueFd file, std::string path, Holder me)
      : file_(std::move(file)), path_(std::move(path)), me_(std::move(me)) {}
  void refuse_what_is_over() const;

  UniqueFd file_;
  std::string path_;
  Holder me_;
};

}  // namespace wgmesh
