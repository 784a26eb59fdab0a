// Questions to the person at the terminal, one at a time however many threads ask. Knows nothing of
// what the answers are for. Answers are secrets: locked memory, wiped, no copies.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "controller/reach/interrupt.h"

namespace wgmesh {

// A password or passphrase, at most 1023 octets.
class Passphrase {
 public:
  static constexpr std::size_t kCapacity = 1024;
  Passphrase();
  // For tests; the source is not wiped.
  static Passphrase from_text(std::string_view text);

  bool push(char octet);  // false when full
  const char* c_str() const { return text_.get(); }
  std::string_view view() const { return {text_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* text) const;
  };
  std::unique_ptr<char, Free> text_;  // always NUL-terminated
  std::size_t size_ = 0;
};

class Prompter {
 public:
  // Shows the question and returns the answer; nothing when there is nobody to ask.
  using Ask = std::function<std::optional<Passphrase>(const std::string& question, bool echo)>;

  // Asks on /dev/tty. Ctrl-C there, or `interrupt`, ends a question with Interrupted.
  explicit Prompter(const Interrupt* interrupt = nullptr);
  explicit Prompter(Ask ask) : ask_(std::move(ask)) {}

  // Thread-safe: the others wait.
  std::optional<Passphrase> ask(const std::string& question, bool echo = false);

 private:
  Ask ask_;
  std::mutex mutex_;
};

}  // namespace wgmesh
