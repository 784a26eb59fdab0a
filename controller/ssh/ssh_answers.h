// What the ssh program says about hosts (`ssh -G`), each question asked once. May be used from many
// threads at once.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "controller/mesh/mesh.h"
#include "controller/reach/interrupt.h"
#include "controller/ssh/ssh_config.h"

namespace wgmesh {

class SshAnswers {
 public:
  // `config_file`: empty for the user's own. `patience` is for each question. `interrupt` (null:
  // none) outlives this.
  SshAnswers(std::string config_file, std::chrono::seconds patience, const Interrupt* interrupt);
  SshAnswers(const SshAnswers&) = delete;
  SshAnswers& operator=(const SshAnswers&) = delete;
  ~SshAnswers();

  // One question for all targets of the same host and options. Both throw as ask_ssh does, and
  // again for each caller.
  const SshOptionLines& about(const SshTarget& target);
  // Without any configuration. The first call of `about` asks this, too, and does not wait for it.
  const SshOptionLines& defaults();

 private:
  using Answer = std::shared_future<SshOptionLines>;

  void ask_for_defaults();

  const std::string config_file_;
  const std::chrono::seconds patience_;
  const Interrupt* interrupt_;
  std::mutex mutex_;
  std::map<std::vector<std::string>, Answer> answers_;  // by ssh's arguments and the host
  Answer defaults_;
  std::thread asking_for_defaults_;
};

}  // namespace wgmesh
