#include "agent/store/journal.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "agent/store/atomic_file.h"
#include "agent/store/kernel_instance.h"
#include "agent/store/predecessor.h"
#include "agent/store/state_file.h"
#include "agent/store/stored_file.h"
#include "agent/store/sync_files.h"
#include "agent/text/messages.h"
#include "common/hash.h"
#include "common/wiped_text.h"
#include "proto/journal.pb.h"

namespace wgmesh {
namespace {

constexpr std::uint32_t kJournalFormat = 2;
// Of what an older agent understands.
constexpr std::uint32_t kOldestFormat = 1;
constexpr std::size_t kChecksum = sizeof(Hash);

// Wipes the secrets in a message when it goes.
class WipeLater {
 public:
  explicit WipeLater(proto::Journal& journal) : journal_(journal) {}
  WipeLater(const WipeLater&) = delete;
  WipeLater& operator=(const WipeLater&) = delete;
  ~WipeLater() {
    wipe_secrets(*journal_.mutable_before());
    wipe_secrets(*journal_.mutable_after());
  }

 private:
  proto::Journal& journal_;
};

// An older agent does not know that a mesh of the tool before this one can be taken over, nor the
// mesh's block of /etc/hosts. It would undo the rest and say that everything is as before.
std::uint32_t format_of(const JournalEntry& entry) {
  const bool is_new = !entry.left_places.empty() || entry.before.hosts != entry.after.hosts;
  return is_new ? kJournalFormat : kOldestFormat;
}

std::string journal_checksum(std::string_view payload) {
  const Hash hash = hash_of({"wgmesh journal", payload});
  return {hash.begin(), hash.end()};
}

JournalEntry entry_of(const proto::Journal& journal) {
  JournalEntry entry;
  try {
    entry = {
        load(journal.before()), load(journal.after()), {}, journal.origin(), journal.boot_id()};
  } catch (const Error& error) { throw Damaged(Said{error.id(), error.message(), error.cure()}); }
  for (const proto::StagedFile& file : journal.files()) {
    // It becomes part of a path.
    if (!std::ranges::count(kStoredFiles, file.name())) {
      throw Damaged(say<"store-file-damaged">("names an unknown file"));
    }
    entry.files.push_back({file.name(), file.remove()});
  }
  for (const std::string& path : journal.left_places()) {
    if (!is_left_place(path, journal.mesh())) {
      throw Damaged(say<"store-file-damaged">("names an unknown file"));
    }
    entry.left_places.push_back(path);
  }
  return entry;
}

}  // namespace

Journal::Journal(const Store& store, std::string mesh)
    : store_(store),
      folder_(store.folder(mesh)),
      mesh_(std::move(mesh)),
      undo_(folder_ + "/journal.undo"),
      commit_(folder_ + "/journal.commit") {}

void Journal::begin(const JournalEntry& entry) const {
  WipedText content;
  {
    proto::Journal journal;
    const WipeLater wipe_later(journal);
    journal.set_format_version(format_of(entry));
    journal.set_mesh(mesh_);
    *journal.mutable_before() = save(entry.before);
    *journal.mutable_after() = save(entry.after);
    for (const Staged& file : entry.files) {
      proto::StagedFile& staged = *journal.add_files();
      staged.set_name(file.name);
      staged.set_remove(file.remove);
    }
    journal.set_origin(entry.origin);
    journal.set_boot_id(entry.boot_id);
    for (const std::string& path : entry.left_places) { journal.add_left_places(path); }
    WipedText payload(journal.SerializeAsString());
    (*content).reserve(payload->size() + kChecksum);
    *content += journal_checksum(*payload);
    *content += *payload;
  }
  make_folder(folder_);
  const std::string beside = undo_ + ".tmp";
  write_unsynced(beside, *content);
  std::vector<std::string> paths = store_.staged_paths(mesh_, entry.files);
  paths.push_back(beside);
  sync_files(paths);
  rename_file(beside, undo_);
  sync_folder(folder_);  // with the names of what is staged
}

void Journal::expect_begun() const {
  if (!exists(undo_)) { throw SystemError("read " + undo_, ENOENT); }
}

void Journal::commit() const {
  rename_file(undo_, commit_);
  try {
    sync_folder(folder_);
  } catch (const Error&) {
    rename_file(commit_, undo_);
    throw;
  }
}

std::optional<Direction> Journal::open() const {
  if (exists(commit_)) { return Direction::kCommit; }
  if (exists(undo_)) { return Direction::kUndo; }
  return std::nullopt;
}

JournalEntry Journal::read() const {
  const std::string path = exists(commit_) ? commit_ : undo_;
  try {
    return parse(path);
  } catch (Error& error) {
    error.add_context(path);
    throw;
  }
}

JournalEntry Journal::parse(const std::string& path) const {
  const auto content = read_stored_file(path);
  if (!content) { throw Damaged(say<"store-file-damaged">("is gone")); }
  const std::string_view all = **content;
  proto::Journal journal;
  const WipeLater wipe_later(journal);
  if (all.size() < kChecksum ||
      all.substr(0, kChecksum) != journal_checksum(all.substr(kChecksum)) ||
      !journal.ParseFromArray(all.data() + kChecksum, static_cast<int>(all.size() - kChecksum))) {
    throw Damaged(say<"store-checksum-wrong">());
  }
  if (journal.format_version() > kJournalFormat) {
    throw NewerFormat("has", journal.format_version(), kJournalFormat);
  }
  if (journal.mesh() != mesh_) {
    throw Damaged(say<"store-mesh-differs">("belongs to", journal.mesh()));
  }
  return entry_of(journal);
}

std::string Journal::set_aside() const {
  return wgmesh::set_aside(exists(commit_) ? commit_ : undo_);
}

void Journal::close() const {
  // At most one of them is there; both are tried so that a half-made pair cannot stay.
  remove_file(commit_);
  remove_file(undo_);
  remove_file(undo_ + ".tmp");
}

std::string boot_id() { return kernel_instance(); }

}  // namespace wgmesh
