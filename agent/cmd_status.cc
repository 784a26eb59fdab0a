#include <fmt/format.h>

#include <cstdio>

#include "agent/abandoned_change.h"
#include "agent/commands.h"
#include "agent/inspect.h"
#include "agent/linux/wall_clock.h"
#include "agent/status/status_document.h"
#include "agent/status/status_json.h"
#include "agent/status/status_text.h"

namespace wgmesh {
namespace {

std::string rendered(const std::vector<Inspection>& inspections, StatusForm form) {
  switch (form) {
    case StatusForm::kDocument:
      return status_document(inspections, WGMESH_VERSION);
    case StatusForm::kWgJson:
      return status_json(inspections);
    case StatusForm::kText:
      break;
  }
  return status_text(inspections, wall_clock());
}

}  // namespace

int run_status(const ThisNode& this_node, const std::string& mesh, StatusForm form) {
  const Store store(this_node.paths.state);
  expect_readable(store);
  const auto kernel = this_node.open_kernel();
  std::vector<Inspection> inspections;
  for (const std::string& name : store.meshes(mesh)) {
    const AbandonedChange change = finish_abandoned(this_node, *kernel, store, name);
    print(name, change.settled);
    inspections.push_back(inspect_one(*kernel, store, name, change));
    for (const std::string& warning : inspections.back().status.warnings()) {
      fmt::print(stderr, "{}: {}\n", name, warning);
    }
  }
  std::fputs(rendered(inspections, form).c_str(), stdout);
  return 0;
}

}  // namespace wgmesh
