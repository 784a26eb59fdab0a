// Writes one JSON document, indented by two, in the order in which it is told. By hand because the
// agent's size is bounded and the controller's library would be a twentieth of it. No reading here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wgmesh {

class JsonWriter {
 public:
  // In a list the key is empty.
  void open_object(std::string_view key = {}) { open(key, '{'); }
  void open_list(std::string_view key = {}) { open(key, '['); }
  void close_object() { close('}'); }
  void close_list() { close(']'); }

  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, std::uint64_t value);
  void boolean(std::string_view key, bool value);
  void null(std::string_view key);

  // The document with a newline behind it.
  std::string take();

 private:
  void open(std::string_view key, char bracket);
  void close(char bracket);
  void begin(std::string_view key);
  void quote(std::string_view text);

  std::string out_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

}  // namespace wgmesh
