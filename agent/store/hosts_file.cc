#include "agent/store/hosts_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "agent/state/hosts_block.h"
#include "agent/store/atomic_file.h"
#include "agent/store/file_lock.h"
#include "agent/store/shared_file.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

constexpr const char* kLock = ".hosts";  // no mesh has such a name

void expect_whole(const std::string& text, const std::string& mesh) {
  if (const auto damage = find_hosts_damage(text, mesh)) { throw Error(*damage); }
}

}  // namespace

HostsReading HostsFile::read(const std::string& mesh) const {
  HostsReading reading;
  try {
    const auto text = read_file(path_);
    const std::string where = text ? path_ : folder_of(path_);
    if (::access(where.c_str(), W_OK) != 0) {
      reading.fixed = say<"hosts-file-fixed">(std::strerror(errno));
    }
    if (!text) { return reading; }
    reading.damage = find_hosts_damage(*text, mesh);
    if (!reading.damage) { reading.block = find_hosts_block(*text, mesh); }
  } catch (const NotAFile& error) {
    reading.fixed = say<"hosts-file-fixed">(error.reason().text);
  } catch (const SystemError& error) { reading.fixed = say<"hosts-file-fixed">(error.message()); }
  return reading;
}

void HostsFile::put(const HostsBlock& block) const {
  const FileLock lock(locks_, kLock);
  edit_shared_file(path_, [&](const Text& text) -> Text {
    if (text) { expect_whole(*text, block.mesh); }
    return with_hosts_block(text, block);
  });
}

void HostsFile::remove(const std::string& mesh) const {
  const FileLock lock(locks_, kLock);
  edit_shared_file(path_, [&](const Text& text) -> Text {
    if (!text) { return text; }
    expect_whole(*text, mesh);
    return without_hosts_block(*text, mesh);
  });
}

}  // namespace wgmesh
