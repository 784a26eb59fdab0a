#include "agent/store/stored_file.h"

#include <sys/stat.h>

#include <cerrno>

#include "agent/store/atomic_file.h"
#include "agent/text/messages.h"

namespace wgmesh {

std::optional<WipedText> read_stored_file(const std::string& path) {
  try {
    auto content = read_file(path);
    if (!content) { return std::nullopt; }
    return WipedText(std::move(*content));
  } catch (const NotAFile& fault) {
    throw Damaged(fault.reason());
  } catch (const SystemError& fault) {
    struct stat status {};
    // The agent keeps no capability that would open what belongs to others.
    if (fault.error_number() != EACCES || ::lstat(path.c_str(), &status) != 0) { throw; }
    throw Damaged(say<"store-file-foreign">(status.st_uid, status.st_mode & 07777));
  }
}

}  // namespace wgmesh
