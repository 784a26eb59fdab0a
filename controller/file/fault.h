// What is wrong in a mesh file, and where: all of it at once, in file order. Knows neither YAML nor
// what the keys mean.
#pragma once

#include <compare>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/said.h"

namespace wgmesh {

// Counted from 1; columns are characters, as editors count them.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
  auto operator<=>(const Place&) const = default;
};

struct Fault {
  std::string file;
  unsigned line = 1;
  unsigned column = 1;
  std::string path;     // of the key, "nodes.mesh1.listen_port"; empty for the file as a whole
  std::string message;  // what was expected, and what was found
  std::string id;       // of the message, as docs/messages.md lists them
  bool operator==(const Fault&) const = default;
};

// mesh.yaml:12:5: nodes.mesh1.listen_port: expected a port number 1..65535, found "x"
std::string to_text(const Fault& fault);

// The file is at fault (exit code 65). message() has one line per fault.
class MeshFileFaults : public Error {
 public:
  explicit MeshFileFaults(std::vector<Fault> faults);
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

// Collects the faults of one file. Keeps the first kMaxFaults: nobody reads more, and a hostile
// file must not fill the memory with them.
class FaultList {
 public:
  static constexpr std::size_t kMaxFaults = 1000;

  explicit FaultList(std::string file) : file_(std::move(file)) {}
  // The same fault at the same place counts once, by the first path.
  void add(Place place, std::string path, Said said);
  const std::vector<Fault>& faults() const { return faults_; }
  bool empty() const { return faults_.empty(); }
  // Throws MeshFileFaults, sorted by place, if there is any fault.
  void throw_if_any();

 private:
  std::string file_;
  std::vector<Fault> faults_;
  std::set<std::pair<Place, std::string>> seen_;
  std::size_t left_out_ = 0;
};

}  // namespace wgmesh
