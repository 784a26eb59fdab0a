// /etc/hosts, which belongs to all: a mesh's block in it is read, written and taken out, and nothing else of the file
// changes, neither octets nor owner and mode.
#pragma once

#include <string>
#include <utility>

#include "agent/state/kernel_reading.h"
#include "agent/state/state.h"

namespace wgmesh {

class HostsFile {
 public:
  explicit HostsFile(std::string path = "/etc/hosts") : path_(std::move(path)) {}

  // Never throws for what the file is: whoever wants nothing of it shall not fail for it.
  HostsReading read(const std::string& mesh) const;

  // Both leave the old file or the new one, whole. A file that is a mount of its own, as in containers, is the
  // exception: it cannot be replaced, so it is written in place. Throw Error if the file cannot be read or written, or
  // if the mesh's block is damaged. To remove a block that is not there is no error.
  void put(const HostsBlock& block) const;
  void remove(const std::string& mesh) const;

 private:
  std::string path_;
};

}  // namespace wgmesh
