// A program that runs beside us: started by posix_spawn (to fork a process with many threads is not
// safe), and never left behind. Knows nothing of what it runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {

// The program is not there: who asked may know another way.
class ProgramMissing : public Error {
 public:
  using Error::Error;
};

struct SpawnOptions {
  std::vector<std::pair<int, int>> fds;  // ours, the child's; all others are closed
  bool own_group = false;         // a process group of its own, which kill() then reaches whole
  bool shield_interrupt = false;  // the terminal's Ctrl-C does not reach it: it is ours to end
  std::vector<std::string> environment = {};  // NAME=VALUE; empty: ours
  std::string path = {};                      // of the program; empty: words[0], found by PATH
};

class Spawned {
 public:
  // Throws ProgramMissing, SystemError.
  Spawned(const std::vector<std::string>& words, const SpawnOptions& options);
  Spawned(Spawned&& other) noexcept;
  Spawned& operator=(Spawned&&) = delete;
  ~Spawned();  // kills and reaps it

  // Its wait status once it has ended, or nothing at the deadline.
  std::optional<int> wait(std::chrono::steady_clock::time_point deadline);
  void kill(int signal);
  pid_t pid() const { return pid_; }  // -1 once it was waited for

 private:
  std::optional<int> wait_by_asking(std::chrono::steady_clock::time_point deadline);
  bool reap(int options);  // waitpid's options; false: it still runs

  pid_t pid_ = -1;  // -1: reaped
  bool own_group_ = false;
  std::optional<int> status_;
};

}  // namespace wgmesh
