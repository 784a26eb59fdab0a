// What a node can tell afterwards: one line for each commit, undo, restore and removal in the
// journal or syslog, and the last one in the mesh's folder, for `status`. Nothing that goes wrong
// here is told, waits or throws: a log must not decide over a change.
#pragma once

#include <string>

#include "agent/node/paths.h"
#include "agent/store/last_change.h"
#include "agent/store/store.h"

namespace wgmesh {

class NodeLog {
 public:
  // Tells nobody.
  NodeLog() = default;
  explicit NodeLog(const Paths& paths)
      : journal_socket_(paths.journal_socket), syslog_socket_(paths.syslog_socket) {}

  // Fills in generation and time. The change is kept in the mesh's folder if something is stored
  // there: what leaves nothing behind leaves no note either.
  void tell(const Store& store, const std::string& mesh, LastChange change) const noexcept;

 private:
  void send(const std::string& mesh, const LastChange& change) const;

  std::string journal_socket_;
  std::string syslog_socket_;
};

}  // namespace wgmesh
