#include "controller/ssh/ssh_answers.h"

#include <memory>
#include <utility>

#include "controller/reach/thread.h"

namespace wgmesh {

using std::chrono::steady_clock;

SshAnswers::SshAnswers(std::string config_file, std::chrono::seconds patience,
                       const Interrupt* interrupt)
    : config_file_(std::move(config_file)), patience_(patience), interrupt_(interrupt) {}

SshAnswers::~SshAnswers() {
  if (asking_for_defaults_.joinable()) { asking_for_defaults_.join(); }
}

const SshOptionLines& SshAnswers::about(const SshTarget& target) {
  std::vector<std::string> question = ssh_arguments(target, config_file_);
  question.push_back(target.host);
  std::packaged_task<SshOptionLines()> ask(
      [&] { return ask_ssh(target, config_file_, steady_clock::now() + patience_, interrupt_); });
  Answer answer;
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    ask_for_defaults();
    const auto [place, is_new] = answers_.try_emplace(std::move(question));
    if (is_new) { place->second = ask.get_future().share(); }
    answer = place->second;
    is_first = is_new;
  }
  if (is_first) { ask(); }
  return answer.get();  // a reference to what `answers_` keeps
}

const SshOptionLines& SshAnswers::defaults() {
  Answer answer;
  {
    const std::lock_guard lock(mutex_);
    ask_for_defaults();
    answer = defaults_;
  }
  return answer.get();
}

// Under the lock. ssh's answer without any configuration differs between hosts only where it
// repeats the host, so one answer serves all.
void SshAnswers::ask_for_defaults() {
  if (defaults_.valid()) { return; }
  const auto ask = std::make_shared<std::packaged_task<SshOptionLines()>>([this] {
    SshTarget nobody;
    nobody.host = "host.invalid";
    return ask_ssh(nobody, "/dev/null", steady_clock::now() + patience_, interrupt_);
  });
  asking_for_defaults_ = start_thread([ask] { (*ask)(); });
  defaults_ = ask->get_future().share();
}

}  // namespace wgmesh
