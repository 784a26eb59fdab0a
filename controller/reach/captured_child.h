// A program that is run for what it prints.
#pragma once

#include <string>
#include <vector>

#include "common/posix.h"
#include "common/spawned.h"
#include "controller/reach/interrupt.h"
#include "controller/reach/transport.h"

namespace wgmesh {

struct Ran {
  int status = 0;  // exit code, or 128 + signal
  std::string out;
  std::string err;
};

// A program without stdin, in a group of its own that ends with it, and what it writes. The
// terminal's Ctrl-C does not reach it.
struct CapturedChild {
  explicit CapturedChild(const std::vector<std::string>& words);  // as Spawned
  UniqueFd out;                                                   // our ends, non-blocking
  UniqueFd err;
  Spawned child;

 private:
  CapturedChild(const std::vector<std::string>& words, Pipe out_pipe, Pipe err_pipe);
};

// Runs it to its end. At most 1 MiB of each output is kept.
Ran run_captured(const std::vector<std::string>& words, Deadline deadline,
                 const Interrupt* interrupt);

}  // namespace wgmesh
