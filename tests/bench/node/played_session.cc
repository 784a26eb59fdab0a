#include "tests/bench/node/played_session.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "common/key.h"
#include "tests/bench/node/made_up_mesh.h"
#include "tests/bench/node/told_time.h"
#include "tests/support/agent/example_plan.h"

namespace wgmesh {
namespace {

using Clock = std::chrono::steady_clock;
using From = proto::FromAgent;
using To = proto::ToAgent;

}  // namespace

PlayedSession::PlayedSession(std::string program, int peers)
    : program_(std::move(program)), peers_(peers) {}

void PlayedSession::up() {
  const proto::Hello said = hello(open_for_made_up(peers_));
  To propose;
  proto::Propose& proposal = *propose.mutable_propose();
  *proposal.mutable_plan() = example_plan_of(0);
  *proposal.mutable_short_peers() = made_up_peers(peers_);
  proposal.mutable_plan()->set_generation(said.generation() + 1);
  proposal.set_goal(proto::UP);
  proposal.set_only_counts(true);
  if (said.short_proofs().empty()) { share_secrets(said, proposal); }
  const From answer = step("propose", propose, From::kChanges);
  fmt::print("# {} changes\n", answer.changes().count());
  answer.changes().count() == 0 ? agent_->end() : change();
}

void PlayedSession::down() {
  propose_down(proto::REMOVE);
  change();
}

void PlayedSession::undo() {
  propose_down(proto::DOWN);
  apply();
  To undo;
  undo.mutable_undo();
  const From undone = step("undo", undo, From::kUndone);
  if (!undone.undone().error().empty()) { throw std::runtime_error(undone.undone().error()); }
  agent_->end();
}

From PlayedSession::step(const std::string& name, const To& question, From::BodyCase wanted) {
  const auto begun = Clock::now();
  const auto spent = agent_->cpu_time();
  agent_->send(question);
  From answer = agent_->await(wanted);
  tell(name, {Clock::now() - begun, agent_->cpu_time() - spent});
  return answer;
}

proto::Hello PlayedSession::hello(const proto::Open& open) {
  To opens;
  *opens.mutable_open() = open;
  const auto begun = Clock::now();
  agent_.emplace(program_);
  agent_->send(opens);
  From answer = agent_->await(From::kHello);
  tell("hello", {Clock::now() - begun, agent_->cpu_time()});
  for (const std::string& problem : answer.hello().problems()) {
    throw std::runtime_error(problem);
  }
  return std::move(*answer.mutable_hello());
}

void PlayedSession::share_secrets(const proto::Hello& said, proto::Propose& proposal) {
  const auto own = public_key_from(said.session_key());
  if (!own) { throw std::runtime_error("hello without a session key"); }
  To make;
  Sealer sealer;
  for (int i = 1; i <= peers_; ++i) {
    if (i % 2 == 0) {
      proto::SealedSecret& box = *proposal.add_sealed();
      box.set_node(made_up_name(i));
      box.set_box(sealer.seal(Secret::make_preshared_key(), *own));
    } else {
      const PublicKey key = SessionKey().public_key();
      proto::SecretFor& peer = *make.mutable_make_secrets()->add_peers();
      peer.set_node(made_up_name(i));
      peer.set_session_key(std::string(key.octets.begin(), key.octets.end()));
    }
  }
  step("secrets", make, From::kSecrets);
}

void PlayedSession::propose_down(proto::Goal goal) {
  proto::Open open = open_for_made_up(peers_);
  open.clear_peers();
  open.set_removes(goal == proto::REMOVE);
  hello(open);
  To propose;
  propose.mutable_propose()->set_goal(goal);
  propose.mutable_propose()->set_only_counts(true);
  step("propose", propose, From::kChanges);
}

void PlayedSession::apply() {
  To apply;
  apply.mutable_apply();
  step("apply", apply, From::kApplied);
}

void PlayedSession::change() {
  apply();
  To hold;
  hold.mutable_hold();
  step("hold", hold, From::kHeld);
  To commit;
  commit.mutable_commit();
  const From committed = step("commit", commit, From::kCommitted);
  for (const std::string& note : committed.committed().notes()) { fmt::print("# {}\n", note); }
  agent_->end();
}

}  // namespace wgmesh
