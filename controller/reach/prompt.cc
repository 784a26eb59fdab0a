#include "controller/reach/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

#include "common/unique_fd.h"
#include "controller/reach/wait.h"
#include "controller/text/messages.h"
#include "controller/text/printable.h"

namespace wgmesh {
namespace {

class EchoOff {
 public:
  EchoOff(int tty, bool echo) : tty_(tty) {
    if (echo || tcgetattr(tty, &before_) != 0) { return; }
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (changed_) { tcsetattr(tty_, TCSAFLUSH, &before_); }
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int tty_;
  termios before_{};
  bool changed_ = false;
};

void show(int tty, std::string_view text) {
  // A terminal that takes no text cannot be helped.
  [[maybe_unused]] const ssize_t written = ::write(tty, text.data(), text.size());
}

std::optional<Passphrase> ask_terminal(const std::string& question, bool echo,
                                       const Interrupt* interrupt) {
  const UniqueFd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!tty) { return std::nullopt; }
  const EchoOff quiet(tty.get(), echo);
  show(tty.get(), printable(question));  // a server may have written it
  Passphrase answer;
  while (true) {
    std::array<pollfd, 1> entries{pollfd{tty.get(), POLLIN, 0}};
    wait_for(entries, std::chrono::steady_clock::now() + std::chrono::hours(1), {interrupt});
    char octet = 0;
    const ssize_t count = ::read(tty.get(), &octet, 1);
    if (count < 0 && errno == EINTR) { continue; }
    if (count <= 0 || octet == '\n') { break; }
    answer.push(octet);
  }
  if (!echo) { show(tty.get(), "\n"); }
  return answer;
}

}  // namespace

void Passphrase::Free::operator()(char* text) const { sodium_free(text); }

Passphrase::Passphrase() {
  if (sodium_init() < 0) { throw Error(say<"internal">("cannot start libsodium")); }
  text_.reset(static_cast<char*>(sodium_malloc(kCapacity)));
  if (!text_) { throw std::bad_alloc(); }
  sodium_memzero(text_.get(), kCapacity);
}

Passphrase Passphrase::from_text(std::string_view text) {
  Passphrase made;
  for (const char octet : text) { made.push(octet); }
  return made;
}

bool Passphrase::push(char octet) {
  if (size_ + 1 >= kCapacity) { return false; }
  text_.get()[size_++] = octet;
  return true;
}

Prompter::Prompter(const Interrupt* interrupt)
    : ask_([interrupt](const std::string& question, bool echo) {
        return ask_terminal(question, echo, interrupt);
      }) {}

std::optional<Passphrase> Prompter::ask(const std::string& question, bool echo) {
  const std::lock_guard lock(mutex_);
  return ask_(question, echo);
}

}  // namespace wgmesh
