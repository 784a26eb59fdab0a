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
  // `locks`: a folder of root's own, for the lock between agents of two meshes.
  explicit HostsFile(std::string path = "/etc/hosts", std::string locks = "/run/wgmesh")
      : path_(std::move(path)), locks_(std::move(locks)) {}

  // Never throws for what the file is: a mesh without names shall not fail for it.
  HostsReading read(const std::string& mesh) const;

  // Both change the file as edit_shared_file does. Throw Error if it cannot be read or written, or
  // if the mesh's block is damaged. To remove a block that is not there is no error.
  void put(const HostsBlock& block) const;
  void remove(const std::string& mesh) const;

 private:
  std::string path_;
  std::string locks_;
};

}  // namespace wgmesh
