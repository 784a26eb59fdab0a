// What every command does with a mesh before it looks at it, under the mesh's lock: what others
// could reach is mended, and what an interrupted change left is brought to its end. Who only looks,
// and who removes, is not kept from it by what is damaged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/node/node_log.h"
#include "agent/state/kernel.h"
#include "agent/store/store.h"

namespace wgmesh {

enum class Errand : std::uint8_t { kToLook, kToChange, kToRemove };

struct Settled {
  std::optional<std::string> finished;  // "undone the interrupted change that root@ci7 had begun"
  std::vector<Said> warnings;
};

// On stderr, a line each.
void print(const std::string& mesh, const Settled& settled);

// To look: never throws; what cannot be finished or mended is a warning, and stays as it is. So does a
// change whose end would leave the node without a mesh (see recovery.h).
// To change: a damaged journal is set aside; throws for one of a newer format, when the kernel
// refuses, and when another user owns the folder.
// To remove: a journal that cannot be read, or not be finished, is set aside.
Settled settle(Kernel& kernel, const Store& store, const std::string& mesh, Errand errand,
               const NodeLog& log);

}  // namespace wgmesh
