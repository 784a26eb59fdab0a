// The agents that this controller can put on a node, one per machine. Finds, hashes and compresses
// files; knows nothing of nodes.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

class AgentBinary {
 public:
  AgentBinary(std::string machine, std::string path);

  const std::string& machine() const { return machine_; }  // as `uname -m` says it
  const std::string& path() const { return path_; }
  // 64 hexadecimal digits. Computed in the background from construction on. Throws SystemError.
  const std::string& sha256() const;
  // The file as it is, and as gzip, made when it is first wanted. Thread-safe. Throws Error when
  // the file is not the one that sha256() told.
  const std::string& content() const;
  const std::string& gzip() const;

 private:
  std::string machine_;
  std::string path_;
  std::shared_future<std::string> sha256_;
  mutable std::once_flag content_once_;
  mutable std::string content_;
  mutable std::once_flag gzip_once_;
  mutable std::string gzip_;
};

class AgentBinaries {
 public:
  // In each directory: wgmesh-agent-MACHINE, and wgmesh-agent (of the machine its ELF header says).
  // The first found of a machine counts.
  explicit AgentBinaries(const std::vector<std::string>& directories = usual_directories());

  // $WGMESH_AGENT_DIR; where this program is; the build tree beside it; /usr/lib/wgmesh.
  static std::vector<std::string> usual_directories();

  // Throws Error, naming the machine and where agents were looked for.
  const AgentBinary& find(std::string_view machine) const;
  const std::map<std::string, std::unique_ptr<AgentBinary>, std::less<>>& all() const {
    return binaries_;
  }

 private:
  std::vector<std::string> directories_;
  std::map<std::string, std::unique_ptr<AgentBinary>, std::less<>> binaries_;
};

}  // namespace wgmesh
