// The text of one file of an export while it is made. Where a node has secrets, the file's length is
// measured with placeholders first, so that no copy of a secret is left behind by growing.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/exported_node.h"
#include "common/secret_text.h"

namespace wgmesh {

inline constexpr const char* kExportPlaceholder = "(hidden)";
inline constexpr int kExportTimeToLive = 64;  // of tunnels, as the agent sets it

class ExportText {
 public:
  explicit ExportText(std::size_t capacity) { text_.reserve(capacity); }

  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  // `start` is the key with its sign: "PrivateKey = ".
  void secret(std::string_view start, const std::optional<Secret>& value) {
    text_ += start;
    if (value) {
      append_secret(text_, *value);
    } else {
      text_ += kExportPlaceholder;
    }
    text_ += '\n';
  }
  std::size_t size() const { return text_.size(); }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

// Calls `put` for the length, then for the text.
using PutExport = void (*)(ExportText&, const ExportedNode&);
WipedText secret_text_of(const ExportedNode& node, PutExport put);

// A peer's section, which the formats write alike but for its name and the sign between key and value.
void put_peer(ExportText& text, const ExportedPeer& peer, std::string_view section,
              std::string_view equals);

// Of export_files(), one for each format.
std::vector<ExportedFile> wg_quick_files(const ExportedNode& node);
std::vector<ExportedFile> networkd_files(const ExportedNode& node);

}  // namespace wgmesh
