// The agents that this controller can put on a node, one per machine. They run as root there, so
// only those are taken that this program was built with, or those of a folder that the user names.
// Finds, hashes and compresses files; knows nothing of nodes.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgmesh {

class AgentBinary {
 public:
  AgentBinary(std::string machine, std::string path);

  const std::string& machine() const { return machine_; }  // as `uname -m` says it
  const std::string& path() const { return path_; }
  // 64 hexadecimal digits, of the program as it runs. Computed in the background from construction on. Throws SystemError,
  // and Error for a .gz that does not unpack.
  const std::string& sha256() const { return hashes_.get().program; }
  // The program as it runs, and as gzip, made when it is first wanted; a .gz is taken as it is. Thread-safe. Throws Error when
  // the file is not the one that sha256() told.
  const std::string& content() const;
  const std::string& gzip() const;

 private:
  struct Hashes {
    std::string program;
    std::string file;  // the same, unless the file is a .gz
  };
  static Hashes hashes_of(const std::string& path);
  // Throws Error unless they have the hash.
  std::string checked(std::string octets, const std::string& sha256) const;

  std::string machine_;
  std::string path_;
  std::shared_future<Hashes> hashes_;
  mutable std::once_flag content_once_;
  mutable std::string content_;
  mutable std::once_flag gzip_once_;
  mutable std::string gzip_;
};

// Where agents are looked for.
struct AgentPlace {
  std::string folder;
  bool takes_any = true;  // else only those that this program was built with
};

class AgentBinaries {
 public:
  // In each folder: wgmesh-agent-MACHINE, else wgmesh-agent-MACHINE.gz, else wgmesh-agent (of the
  // machine its ELF header says).
  // The first found of a machine counts. `known`: the SHA-256 of those that this program was built
  // with.
  explicit AgentBinaries(std::vector<AgentPlace> places,
                         std::span<const std::string_view> known = {});

  // Throws Error, naming the machine, where agents were looked for, and what was passed over.
  const AgentBinary& find(std::string_view machine) const;
  using Map = std::map<std::string, std::unique_ptr<AgentBinary>, std::less<>>;
  const Map& all() const;

 private:
  struct Candidate {
    std::unique_ptr<AgentBinary> binary;
    bool is_known_by_its_place;
  };
  void choose() const;

  std::vector<AgentPlace> places_;
  std::vector<std::string_view> known_;
  // Hashes take their time, so they are asked for as late as can be.
  mutable std::once_flag chosen_once_;
  mutable std::vector<Candidate> candidates_;
  mutable Map binaries_;
  mutable std::vector<std::string> passed_over_;
};

// $WGMESH_AGENT_DIR, which takes any agent; where this program is; the build tree beside it; where
// an installation has them (../lib/wgmesh/agents); /usr/lib/wgmesh. Throws Error when others may write to $WGMESH_AGENT_DIR.
std::vector<AgentPlace> usual_agent_places();

}  // namespace wgmesh
