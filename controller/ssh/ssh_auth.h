// Logging in: keys of the agent, key files, then (where there is somebody to ask) keyboard-
// interactive and password. Offers the most likely key first, because each refusal is a round trip.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "controller/reach/prompt.h"
#include "controller/ssh/ssh_handles.h"
#include "controller/ssh/ssh_session.h"

namespace wgmesh {

// A private key, or why there is none.
struct KeyFile {
  SshKey key;
  bool locked = false;  // it is there, and wants a passphrase
};

// Private keys of files, shared by all sessions of a run, so that a passphrase is asked once.
// Thread-safe; every caller gets a copy of its own.
class KeyFiles {
 public:
  KeyFile find(const std::string& path);
  // Asks for the passphrase where one is wanted. A refusal to answer is remembered too.
  KeyFile unlock(const std::string& path, Prompter& prompter);

 private:
  std::mutex mutex_;
  std::map<std::string, KeyFile> known_;
  std::set<std::string> asked_;
};

// Throws Unreachable with what was tried; TimedOut, Interrupted. `step` bounds each wait for the
// server; a person may take longer.
void log_in(SshSession& session, const SshConfig& config, KeyFiles& keys, Prompter& prompter,
            std::chrono::milliseconds step);

}  // namespace wgmesh
