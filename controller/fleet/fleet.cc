#include "controller/fleet/fleet.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "controller/reach/limits.h"
#include "controller/reach/thread.h"
#include "controller/text/messages.h"

namespace wgmesh {

struct Fleet::Worker {
  explicit Worker(const Node& n) : node(n) {}

  const Node& node;
  std::unique_ptr<Session> session;  // used by this worker's thread; interrupt() by others
  std::function<void(Worker&)> job;  // empty: nothing to do
  std::string step;
  std::optional<NodeFailure> failure;
  std::thread thread;
};

namespace {

NodeFailure failure_of(NodeFailure::Kind kind, const std::string& step, const Error& error) {
  return {kind, step, error.message(), error.cure(), error.id()};
}

}  // namespace

NodeFailure failure_of_current_exception(const std::string& step) {
  using Kind = NodeFailure::Kind;
  try {
    throw;
  } catch (const AgentError& error) {
    const Kind kind = error.kind() == proto::Error::LOCKED ? Kind::kLocked : Kind::kFailed;
    NodeFailure failure = failure_of(kind, error.step().empty() ? step : error.step(), error);
    failure.undone = error.undone();
    failure.is_told = true;
    return failure;
  } catch (const Unreachable& error) {
    return failure_of(Kind::kUnreachable, step, error);
  } catch (const Interrupted& error) {
    return failure_of(Kind::kInterrupted, step, error);
  } catch (const SystemError& error) {
    if (!is_own_limit(error.error_number())) { return failure_of(Kind::kFailed, step, error); }
    return failure_of(Kind::kFailed, step,
                      own_limit_error(error.message().substr(0, error.message().rfind(": ")),
                                      error.error_number()));
  } catch (const Error& error) {
    return failure_of(Kind::kFailed, step, error);
  } catch (const std::bad_alloc&) {
    return failure_of(Kind::kFailed, {}, own_limit_error(step, ENOMEM));
  } catch (const std::exception& error) {
    return failure_of(Kind::kFailed, step, Error(say<"internal">(error.what())));
  }
}

namespace {

// Even without the memory for its words a failure is one.
NodeFailure failure_without_fail(const std::string& step) noexcept {
  try {
    return failure_of_current_exception(step);
  } catch (...) { return {}; }
}

}  // namespace

std::chrono::milliseconds heartbeat_for(std::chrono::milliseconds confirm_timeout) {
  return std::min(std::chrono::milliseconds(5000), confirm_timeout / 3);
}

class Fleet::Crew {
 public:
  explicit Crew(Fleet& fleet) : fleet_(fleet) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { end(); }

  void end() {
    {
      const std::lock_guard lock(fleet_.mutex_);
      fleet_.ending_ = true;
    }
    fleet_.wake_.notify_all();
    for (const auto& worker : workers) {
      if (worker->thread.joinable()) { worker->thread.join(); }
    }
  }

  std::vector<std::unique_ptr<Worker>> workers;

 private:
  Fleet& fleet_;
};

Fleet::Fleet(const std::vector<const Node*>& nodes, Connect connect,
             std::chrono::milliseconds heartbeat, std::chrono::milliseconds silence)
    : connect_(std::move(connect)),
      heartbeat_(heartbeat),
      silence_(silence),
      crew_(std::make_unique<Crew>(*this)) {
  auto& workers = crew_->workers;
  for (const Node* node : nodes) { workers.push_back(std::make_unique<Worker>(*node)); }
  for (const auto& worker : workers) {
    worker->thread = start_thread([this, w = worker.get()] { run(*w); });
  }
}

Fleet::~Fleet() = default;

void Fleet::end_sessions() { crew_->end(); }

void Fleet::run(Worker& worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool woken = wake_.wait_for(lock, heartbeat_, [&] { return ending_ || worker.job; });
    if (ending_) { break; }
    const bool beat = !woken;
    if (beat && (!worker.session || worker.failure)) { continue; }
    auto job = worker.job;
    std::optional<NodeFailure> failure;
    lock.unlock();
    try {
      beat ? worker.session->beat(silence_) : job(worker);
    } catch (...) { failure = failure_without_fail(beat ? "heartbeat" : worker.step); }
    try {
      if (failure && on_failure_) { on_failure_(worker.node, *failure); }
    } catch (const std::exception&) {
      // There is no memory to tell it with; the exit code still does.
    }
    lock.lock();
    if (failure) { note(worker, std::move(*failure)); }
    if (beat) { continue; }
    worker.job = nullptr;
    settled_.notify_all();
  }
  lock.unlock();
  // Here, in the thread that has used it: a libssh session belongs to one thread.
  worker.session.reset();
}

// Under the lock.
void Fleet::note(Worker& worker, NodeFailure failure) {
  if (called_off_ && failure.kind == NodeFailure::Kind::kInterrupted) { return; }
  if (!worker.failure) { worker.failure = std::move(failure); }
  if (together_ && !std::exchange(called_off_, true)) { interrupt_all(); }
}

void Fleet::interrupt_all() {
  for (const auto& worker : crew_->workers) {
    if (worker->session && worker->job && !worker->failure) { worker->session->interrupt(); }
  }
}

void Fleet::connect(const Step& step) {
  std::unique_lock lock(mutex_);
  for (const auto& worker : crew_->workers) {
    worker->step = kConnect;
    worker->job = [this, &step](Worker& w) {
      std::unique_ptr<Session> session = connect_(w.node);
      {
        const std::lock_guard guard(mutex_);
        w.session = std::move(session);
      }
      step(w.node, *w.session);
    };
  }
  await_settled(lock);
}

void Fleet::each(const std::string& name, const Step& step) {
  each(
      name, [](const Node&) { return true; }, step);
}

void Fleet::each(const std::string& name, const Chosen& chosen, const Step& step) {
  std::unique_lock lock(mutex_);
  run_step(lock, name, chosen, step);
}

void Fleet::together(const std::string& name, const Chosen& chosen, const Step& step) {
  std::unique_lock lock(mutex_);
  together_ = true;
  called_off_ = false;
  run_step(lock, name, chosen, step);
  together_ = called_off_ = false;
}

void Fleet::run_step(std::unique_lock<std::mutex>& lock, const std::string& name,
                     const Chosen& chosen, const Step& step) {
  for (const auto& worker : crew_->workers) {
    if (worker->failure || !worker->session || !chosen(worker->node)) { continue; }
    worker->step = name;
    worker->job = [&step](Worker& w) { step(w.node, *w.session); };
  }
  await_settled(lock);
}

void Fleet::await_settled(std::unique_lock<std::mutex>& lock) {
  wake_.notify_all();
  settled_.wait(lock, [&] {
    const auto& workers = crew_->workers;
    return std::ranges::none_of(workers, [](const auto& w) { return !!w->job; });
  });
}

std::map<std::string, NodeFailure> Fleet::failures() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, NodeFailure> failures;
  for (const auto& worker : crew_->workers) {
    if (worker->failure) { failures.emplace(worker->node.name, *worker->failure); }
  }
  return failures;
}

bool Fleet::takes_part(const Node& node) const {
  const std::lock_guard lock(mutex_);
  const auto& workers = crew_->workers;
  return std::ranges::any_of(workers, [&](const auto& worker) {
    return &worker->node == &node && worker->session && !worker->failure;
  });
}

void Fleet::fail(const Node& node, NodeFailure failure) {
  const std::lock_guard lock(mutex_);
  for (const auto& worker : crew_->workers) {
    if (&worker->node != &node) { continue; }
    if (!worker->failure) {
      worker->failure = std::move(failure);
    } else if (worker->failure->kind == failure.kind) {
      worker->failure->further.push_back(std::move(failure));
    }
    return;
  }
}

void Fleet::forget_interruptions() {
  const std::lock_guard lock(mutex_);
  for (const auto& worker : crew_->workers) {
    if (worker->failure && worker->failure->kind == NodeFailure::Kind::kInterrupted) {
      worker->failure.reset();
    }
  }
}

void Fleet::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupt_all();
}

}  // namespace wgmesh
