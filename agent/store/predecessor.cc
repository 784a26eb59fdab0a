#include "agent/store/predecessor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/state/kernel_reading.h"
#include "agent/store/atomic_file.h"
#include "agent/store/quick_file.h"
#include "agent/store/stored_file.h"
#include "agent/text/messages.h"
#include "common/error.h"
#include "common/posix.h"

namespace wgmesh {
namespace {

constexpr std::string_view kFileEnding = ".conf";
constexpr std::string_view kUnitPrefix = "wg-quick@";
constexpr std::string_view kUnitEnding = ".service";

std::string_view between(std::string_view text, std::string_view prefix, std::string_view ending) {
  if (text.size() < prefix.size() + ending.size()) { return {}; }
  if (!text.starts_with(prefix) || !text.ends_with(ending)) { return {}; }
  return text.substr(prefix.size(), text.size() - prefix.size() - ending.size());
}

std::string folder_of_path(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/')));
}

// Keys that were kept earlier stay.
std::string free_name_for(const std::string& file) {
  const std::string first = file + std::string(kAdoptedEnding);
  std::string name = first;
  for (int number = 2; exists(name); ++number) { name = fmt::format("{}.{}", first, number); }
  return name;
}

std::vector<std::string> enablers_of(const std::string& units, const std::string& device) {
  std::vector<std::string> links;
  for (const std::string& folder : names_in(units)) {
    if (!folder.ends_with(".wants") && !folder.ends_with(".requires")) { continue; }
    std::string link = fmt::format("{}/{}/{}{}{}", units, folder, kUnitPrefix, device, kUnitEnding);
    if (!target_of(link).empty()) { links.push_back(std::move(link)); }
  }
  return links;
}

class Unreadable : public Error {
 public:
  using Error::Error;
};

std::optional<WipedText> read_whole(const std::string& path) {
  try {
    return read_stored_file(path);
  } catch (const Error& error) {
    throw Unreadable(Said{error.id(), error.message(), error.cure()});
  }
}

// Nothing, if the file is somebody else's. Throws Unreadable if nobody knows that.
std::optional<Predecessor> read_predecessor(const std::string& path, const std::string& device,
                                            const std::string& mesh) {
  const auto content = read_whole(path);
  if (!content || (*content)->size() > kMaxQuickFile || !is_of_predecessor(**content, mesh)) {
    return std::nullopt;
  }
  QuickFile file = parse_quick_file(**content, mesh);
  if (!file.private_key) { throw Error(say<"quick-file-invalid">("PrivateKey is missing")); }
  // It will be renamed.
  const std::string folder = folder_of_path(path);
  if (::access(folder.c_str(), W_OK) != 0) { throw SystemError(folder, errno); }
  file.interfaces.insert(device);
  return Predecessor{path,
                     free_name_for(path),
                     device,
                     std::move(file.interfaces),
                     {},
                     *std::move(file.private_key),
                     std::move(file.preshared_keys)};
}

// A folder that is not there holds nothing.
std::optional<Said> why_unread(const std::string& folder) {
  if (::access(folder.c_str(), R_OK | X_OK) == 0 || errno == ENOENT) { return std::nullopt; }
  return say<"predecessor-unread">(SystemError(folder, errno).message());
}

}  // namespace

PredecessorSearch find_predecessor(const std::string& folder, const std::string& units,
                                   const std::string& mesh) {
  PredecessorSearch search{std::nullopt, why_unread(folder)};
  std::optional<Predecessor>& found = search.found;
  for (const std::string& name : names_in(folder)) {
    const std::string device(between(name, "", kFileEnding));
    if (!is_predecessor_name(device, mesh)) { continue; }
    const std::string path = folder + "/" + name;
    try {
      auto one = read_predecessor(path, device, mesh);
      if (one && found) { throw Error(say<"predecessor-twice">(found->file)); }
      if (one) { found = std::move(one); }
    } catch (const Unreadable& error) {
      search.unread = say<"predecessor-unread">(path + ": " + error.message());
    } catch (Error& error) {
      error.add_context(path);
      throw;
    }
  }
  if (found) { found->enablers = enablers_of(units, found->device); }
  return search;
}

std::vector<std::string> left_places(const Predecessor& predecessor) {
  std::vector<std::string> places = predecessor.enablers;
  places.push_back(predecessor.file);
  return places;
}

bool is_left_place(std::string_view path, std::string_view mesh) {
  const auto slash = path.rfind('/');
  if (!path.starts_with('/') || path.find("/../") != std::string_view::npos) { return false; }
  const std::string_view name = path.substr(slash + 1);
  return is_predecessor_name(between(name, "", kFileEnding), mesh) ||
         is_predecessor_name(between(name, kUnitPrefix, kUnitEnding), mesh);
}

void leave_places(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!exists(path)) {
      continue;  // done before an interruption
    }
    if (path.ends_with(kFileEnding)) {
      rename_file(path, free_name_for(path));
    } else {
      remove_file(path);
    }
    sync_folder(folder_of_path(path));
  }
}

}  // namespace wgmesh
