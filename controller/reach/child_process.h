// A program that runs beside us: started by posix_spawn (forking a process with many threads is
// not safe), never left behind. Knows nothing of what it runs.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/unique_fd.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/transport.h"

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
};

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
Pipe make_pipe();  // both ends close-on-exec

class ChildProcess {
 public:
  // words[0] is looked up in PATH. Throws ProgramMissing, SystemError.
  ChildProcess(const std::vector<std::string>& words, const SpawnOptions& options);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();  // kills and reaps it

  // Its wait status once it has ended, or nothing at the deadline.
  std::optional<int> wait(Deadline deadline);
  void kill(int signal);

 private:
  std::optional<int> wait_by_asking(Deadline deadline);
  bool reap(int options);  // waitpid's options; false: it still runs

  pid_t pid_ = -1;  // -1: reaped
  bool own_group_ = false;
  std::optional<int> status_;
};

struct Ran {
  int status = 0;  // exit code, or 128 + signal
  std::string out;
  std::string err;
};

// A program without stdin, in a group of its own that ends with it, and what it writes. The
// terminal's Ctrl-C does not reach it.
struct CapturedChild {
  explicit CapturedChild(const std::vector<std::string>& words);  // as ChildProcess
  UniqueFd out;                                                   // our ends, non-blocking
  UniqueFd err;
  ChildProcess child;

 private:
  CapturedChild(const std::vector<std::string>& words, Pipe out_pipe, Pipe err_pipe);
};

// Runs it to its end. At most 1 MiB of each output is kept.
Ran run_captured(const std::vector<std::string>& words, Deadline deadline,
                 const Interrupt* interrupt);

// Reads and writes of ours end at once. Only for descriptions that no child shares with us.
void set_nonblocking(int fd);

}  // namespace wgmesh
