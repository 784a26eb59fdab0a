// The text of a file before it is parsed: is it clean UTF-8, is it JSON, and which line and column,
// in characters, is the octet that a parser points at. Knows no YAML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/file/fault.h"

namespace wgmesh {

// The text is not YAML or JSON, or more of it than anybody would write. A reader throws at the
// first one: what follows a syntax error cannot be told.
class SyntaxError : public Error {
 public:
  SyntaxError(Place place, Said said) : Error(std::move(said)), place_(place) {}
  Place place() const { return place_; }

 private:
  Place place_;
};

// Throws MeshFileFaults with that one fault.
[[noreturn]] void throw_as_fault(const SyntaxError& error, const std::string& file);

// What `read` returns. Throws MeshFileFaults for a SyntaxError of it: a fault of `file` with its place.
template <class Read>
auto with_place(const std::string& file, const Read& read) {
  try {
    return read();
  } catch (const SyntaxError& error) { throw_as_fault(error, file); }
}

// From octets to places. Cheap where it is asked for ascending octets, as a parser does.
class PlaceFinder {
 public:
  explicit PlaceFinder(std::string_view text) : text_(text) {}
  Place at(std::size_t octet);

 private:
  std::string_view text_;
  std::size_t octet_ = 0;
  Place place_;
};

// Throws SyntaxError at the first octet that is not UTF-8 or is a control character, which neither
// YAML nor JSON may hold. (yaml-cpp checks neither, and takes 0x04 for the end of the file.)
void check_characters(std::string_view text);

bool is_json(const std::string& text);
// Throws SyntaxError unless the text is one JSON document.
void check_json(const std::string& text);

// JSON writes a character beyond U+FFFF as two escapes, \ud83d\ude00; YAML knows only \U0001f600.
// The text with all of them rewritten, and the way back from its octets to the original's.
class YamlizedJson {
 public:
  explicit YamlizedJson(std::string_view valid_json);
  const std::string& text() const { return text_; }
  std::size_t original_octet(std::size_t octet) const;

 private:
  std::string text_;
  std::vector<std::size_t> shorter_after_;  // octets of text_, after each of which two are missing
};

}  // namespace wgmesh
