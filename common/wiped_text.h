// Text that holds secrets for a moment, on its way to or from a file: wiped when it goes. Reserve
// what it will take: growing leaves copies behind.
#pragma once

#include <sodium.h>

#include <string>
#include <utility>

namespace wgmesh {

inline void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

class WipedText {
 public:
  explicit WipedText(std::string text = {}) : text_(std::move(text)) {}
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  WipedText(WipedText&& other) noexcept { text_.swap(other.text_); }
  WipedText& operator=(WipedText&& other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~WipedText() { wipe(text_); }

  std::string& operator*() { return text_; }
  const std::string& operator*() const { return text_; }
  const std::string* operator->() const { return &text_; }

 private:
  std::string text_;
};

}  // namespace wgmesh
