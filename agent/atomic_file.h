// Files that a power cut leaves old or new, whole: written beside, synced, renamed, folder synced.
// Knows nothing of what is in them. Every file is 0600 and every folder 0700 from its first moment;
// a file that others may read becomes so when it is whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/unique_fd.h"

namespace wgmesh {

inline constexpr unsigned kSecret = 0600;
inline constexpr unsigned kPublic = 0644;

// All throw SystemError with the path in it.

// Makes the folder and those above it where they are missing.
void make_folder(const std::string& path);
// Content, or nothing where there is no such file. Refuses files larger than 16 MiB.
std::optional<std::string> read_file(const std::string& path);
// Writes and syncs the file; its name is durable only after sync_folder().
void write_file(const std::string& path, std::string_view content, unsigned mode = kSecret);
void write_file_atomically(const std::string& path, std::string_view content,
                           unsigned mode = kSecret);
void rename_file(const std::string& from, const std::string& to);
// False when there was none.
bool remove_file(const std::string& path);
// False when it is not empty or not there.
bool remove_folder_if_empty(const std::string& path);
bool exists(const std::string& path);
// Throws when the file is not there.
void sync_file(const std::string& path);
void sync_folder(const std::string& path);

}  // namespace wgmesh
