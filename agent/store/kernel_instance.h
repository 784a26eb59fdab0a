// Which kernel state a journal speaks of: of this boot and of this network namespace. A container
// that starts again has the same boot and an empty namespace.
#pragma once

#include <string>
#include <string_view>

namespace wgmesh {

// The boot's ID, a slash, and a number that no other network namespace of this boot has: the
// kernel's cookie for it, which is never used again, or the namespace's inode on kernels before
// Linux 5.14. Empty where /proc does not tell the boot's ID.
std::string kernel_instance();

// `written`: what kernel_instance() was. A boot's ID alone, as agents wrote before, is taken for
// the whole.
bool is_this_kernel(std::string_view written);

}  // namespace wgmesh
