#include "controller/fleet.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "controller/enumeration.h"
#include "controller/limits.h"

namespace wgmesh {

struct Fleet::Worker {
  explicit Worker(const Node& n) : node(n) {}

  const Node& node;
  std::unique_ptr<Session> session;  // used by this worker's thread; interrupt() by others
  std::function<void(Worker&)> job;  // empty: nothing to do
  std::string step;
  std::optional<NodeFailure> failure;
  std::jthread thread;
};

NodeFailure failure_of_current_exception(const std::string& step) {
  using Kind = NodeFailure::Kind;
  try {
    throw;
  } catch (const AgentError& error) {
    const Kind kind = error.kind() == proto::Error::LOCKED ? Kind::kLocked : Kind::kFailed;
    return {kind,
            error.step().empty() ? step : error.step(),
            error.message(),
            error.cure(),
            error.undone(),
            true};
  } catch (const Unreachable& error) {
    return {Kind::kUnreachable, step, error.message(), error.cure(), false};
  } catch (const Interrupted& error) {
    return {Kind::kInterrupted, step, error.message(), error.cure(), false};
  } catch (const SystemError& error) {
    if (!is_own_limit(error.error_number()))
      return {Kind::kFailed, step, error.message(), {}, false};
    const Error own = own_limit_error(error.message().substr(0, error.message().rfind(": ")),
                                      error.error_number());
    return {Kind::kFailed, step, own.message(), own.cure(), false};
  } catch (const Error& error) {
    return {Kind::kFailed, step, error.message(), error.cure(), false};
  } catch (const std::bad_alloc&) {
    const Error own = own_limit_error(step, ENOMEM);
    return {Kind::kFailed, {}, own.message(), own.cure(), false};
  } catch (const std::exception& error) {
    return {Kind::kFailed, step, error.what(), {}, false};
  }
}

namespace {

// Even without the memory for its words a failure is one.
NodeFailure failure_without_fail(const std::string& step) noexcept {
  try {
    return failure_of_current_exception(step);
  } catch (...) {
    return {};
  }
}

}  // namespace

std::chrono::milliseconds heartbeat_for(std::chrono::milliseconds confirm_timeout) {
  return std::min(std::chrono::milliseconds(5000), confirm_timeout / 3);
}

Fleet::Fleet(const std::vector<const Node*>& nodes, Connect connect,
             std::chrono::milliseconds heartbeat)
    : connect_(std::move(connect)), heartbeat_(heartbeat) {
  for (const Node* node : nodes) workers_.push_back(std::make_unique<Worker>(*node));
  try {
    for (const auto& worker : workers_) {
      worker->thread = std::jthread([this, w = worker.get()] { run(*w); });
    }
  } catch (const std::system_error& error) {
    end();
    throw own_limit_error(fmt::format("start {}", counted(nodes.size(), "thread")),
                          error.code().value());
  } catch (...) {
    end();
    throw;
  }
}

Fleet::~Fleet() { end(); }

// The threads are joined with workers_.
void Fleet::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
}

void Fleet::run(Worker& worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool woken = wake_.wait_for(lock, heartbeat_, [&] { return ending_ || worker.job; });
    if (ending_) break;
    const bool beat = !woken;
    if (beat && (!worker.session || worker.failure)) continue;
    auto job = worker.job;
    std::optional<NodeFailure> failure;
    lock.unlock();
    try {
      beat ? worker.session->heartbeat() : job(worker);
    } catch (...) {
      failure = failure_without_fail(beat ? "heartbeat" : worker.step);
    }
    if (failure && on_failure_) on_failure_(worker.node, *failure);
    lock.lock();
    if (failure && !worker.failure) worker.failure = std::move(failure);
    if (beat) continue;
    worker.job = nullptr;
    settled_.notify_all();
  }
  lock.unlock();
  // Here, in the thread that has used it: a libssh session belongs to one thread.
  worker.session.reset();
}

void Fleet::connect(const Step& step) {
  std::unique_lock lock(mutex_);
  for (const auto& worker : workers_) {
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
  wake_.notify_all();
  settled_.wait(lock, [&] {
    return std::none_of(workers_.begin(), workers_.end(), [](const auto& w) { return !!w->job; });
  });
}

void Fleet::each(const std::string& name, const Step& step) {
  each(
      name, [](const Node&) { return true; }, step);
}

void Fleet::each(const std::string& name, const std::function<bool(const Node&)>& chosen,
                 const Step& step) {
  std::unique_lock lock(mutex_);
  for (const auto& worker : workers_) {
    if (worker->failure || !worker->session || !chosen(worker->node)) continue;
    worker->step = name;
    worker->job = [&step](Worker& w) { step(w.node, *w.session); };
  }
  wake_.notify_all();
  settled_.wait(lock, [&] {
    return std::none_of(workers_.begin(), workers_.end(), [](const auto& w) { return !!w->job; });
  });
}

std::map<std::string, NodeFailure> Fleet::failures() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, NodeFailure> failures;
  for (const auto& worker : workers_) {
    if (worker->failure) failures.emplace(worker->node.name, *worker->failure);
  }
  return failures;
}

bool Fleet::takes_part(const Node& node) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& worker) {
    return &worker->node == &node && worker->session && !worker->failure;
  });
}

bool Fleet::all_take_part() const { return failures().empty(); }

void Fleet::fail(const Node& node, NodeFailure failure) {
  const std::lock_guard lock(mutex_);
  for (const auto& worker : workers_) {
    if (&worker->node != &node) continue;
    if (!worker->failure) worker->failure = std::move(failure);
    return;
  }
}

void Fleet::forget_interruptions() {
  const std::lock_guard lock(mutex_);
  for (const auto& worker : workers_) {
    if (worker->failure && worker->failure->kind == NodeFailure::Kind::kInterrupted) {
      worker->failure.reset();
    }
  }
}

void Fleet::interrupt() {
  const std::lock_guard lock(mutex_);
  for (const auto& worker : workers_) {
    if (worker->session && worker->job) worker->session->interrupt();
  }
}

}  // namespace wgmesh
