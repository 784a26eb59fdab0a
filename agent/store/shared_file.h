// A text file that belongs to all, such as /etc/hosts: others write it whenever they like, and know
// no lock of ours. Its owner, mode and labels stay.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace wgmesh {

using Text = std::optional<std::string>;  // nothing: there is no file

// Puts what `change` makes of the file's text in its place; nothing removes the file. Leaves the old
// file or the new one, whole. A file that is a mount of its own, as in containers, is the exception:
// nothing can take its place, so it is written in place. Works anew from what somebody else writes
// meanwhile. Throws NotAFile, SystemError, and what `change` throws.
void edit_shared_file(const std::string& path, const std::function<Text(const Text&)>& change);

// Of a file that cannot be replaced: `text` instead of `old`, with room for it first. A process that
// dies in between leaves one of both, perhaps with blank lines behind it. Throws SystemError; then
// the file is as it was, or the error says that it is damaged.
void write_in_place(const std::string& path, const std::string& old, const std::string& text);

}  // namespace wgmesh
