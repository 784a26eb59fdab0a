// This program's place on the node. A controller starts the agent from a file of the session's own,
// which is gone as soon as the agent runs; what stays (the program in its place, and the name that
// leads to it) is brought by the agent itself, with the change that it commits. A newer agent is
// not replaced unasked. Knows nothing of meshes, nor of links in the PATH.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/node/paths.h"

namespace wgmesh {

// Removes the file of this program, which runs on without it, and the folder that it was brought
// in.
void remove_own_program();

class Installation {
 public:
  explicit Installation(Paths paths) : paths_(std::move(paths)) {}
  // Takes away what was staged and not settled.
  ~Installation() { discard(); }
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // A newer agent may be replaced by this one.
  void accept_older() { accepts_older_ = true; }
  // Whether this program is to become the node's.
  bool is_due() const;
  // Copies this program to where it is to stay, beside the present one. Nothing leads to it yet.
  // Where no place takes it, settle() says so: the change itself does not need it.
  void stage();
  void discard();
  // The name of the program leads to this one. Returns lines for the user. The caller holds the
  // node's lock.
  std::vector<std::string> settle();
  // What the node calls its agent by, which stays the same when another version takes its place:
  // this program, or a newer one that stays. Empty: there is none that stays.
  std::string lasting_name() const;

 private:
  struct Present {
    std::string name;
    std::string version;
  };
  // The newer agent that is installed, where it is not to be replaced.
  std::optional<Present> newer() const;
  std::string stage_in(const std::string& folder) const;

  Paths paths_;
  bool accepts_older_ = false;
  std::string staged_;    // path of the copy
  std::string refusals_;  // of the places that did not take it
};

// Whether `a` is a newer version than `b`: numbers with dots between. What is no version is older.
bool is_newer_version(const std::string& a, const std::string& b);

}  // namespace wgmesh
