// Files that a power cut leaves old or new, whole: written beside, synced, renamed, folder synced.
// Knows nothing of what is in them. Every file is 0600 and every folder 0700 from its first moment;
// a file that others may read becomes so when it is whole.
#pragma once

#include <fcntl.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/unique_fd.h"

namespace wgmesh {

inline constexpr unsigned kSecret = 0600;
inline constexpr unsigned kPublic = 0644;

// What stands at a path is not a file that we could have written: a folder, a link, a FIFO, a
// device, or more than 16 MiB.
class NotAFile : public Error {
 public:
  NotAFile(const std::string& path, const Said& reason) : Error(reason), reason_(reason) {
    add_context("read " + path);
  }
  const Said& reason() const { return reason_; }  // "is a FIFO, not a file"

 private:
  Said reason_;
};

// All throw SystemError with the path in it.

// Makes the folder and those above it where they are missing.
void make_folder(const std::string& path);
// Neither follows a link nor outlives an exec; what it makes is for root alone. Without a descriptor where it fails, with
// errno.
UniqueFd open_file(const std::string& path, int flags);
// Waits for no FIFO, and takes no terminal.
inline constexpr int kToRead = O_RDONLY | O_NONBLOCK | O_NOCTTY;
// Content, or nothing where there is no such file. Throws NotAFile for what is not one: nothing is
// followed, waited for or opened as a device.
std::optional<std::string> read_file(const std::string& path);
// Writes the file and leaves its content to sync_files(), or to the kernel. What stood at the path
// is removed, and a folder with something in it is set aside.
void write_unsynced(const std::string& path, std::string_view content, unsigned mode = kSecret);
// Writes and syncs the file; its name is durable only after sync_folder().
void write_file(const std::string& path, std::string_view content, unsigned mode = kSecret);
void write_file_atomically(const std::string& path, std::string_view content,
                           unsigned mode = kSecret);
void rename_file(const std::string& from, const std::string& to);
// Removes a file, a link, a FIFO, a device or an empty folder. False when there was none, or when
// it is a folder with something in it: this program made none, so whose that is only people can
// say.
bool remove_file(const std::string& path);
// Renames what is at the path, whatever that is, to PATH.damaged (or PATH.damaged.2 and so on, if a
// folder with something in it has that name). Returns the new path.
std::string set_aside(const std::string& path);
// False when it is not empty or not there.
bool remove_folder_if_empty(const std::string& path);
// What a link leads to; empty for anything else.
std::string target_of(const std::string& link);
// Of the file that a path names: "/" of "/x", "." of a name alone.
std::string folder_of(const std::string& path);
bool exists(const std::string& path);
bool is_folder(const std::string& path);
void sync_folder(const std::string& path);

}  // namespace wgmesh
