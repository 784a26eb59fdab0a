// What this process has told its user: errors, faults of the mesh file and warnings, kept for the result document. One
// process runs one command. Safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "common/said.h"
#include "controller/file/fault.h"
#include "controller/show/render_error.h"

namespace wgmesh {

struct ToldWarning {
  std::string node;  // empty: about the mesh
  Said said;
};

struct Told {
  std::vector<ErrorReport> errors;
  std::vector<Fault> faults;
  std::vector<ToldWarning> warnings;
};

void keep_told(const ErrorReport& error);
void keep_told(const Fault& fault);
void keep_told(ToldWarning warning);

// All that was kept, which is forgotten here.
Told take_told();

}  // namespace wgmesh
