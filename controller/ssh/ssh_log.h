// What libssh tells of its work. Its level and its callback belong to a thread, so each piece of
// work with a session is done in a scope of its own. Two readers: the user (-vv), and we, since
// only the log says which host keys a server has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wgmesh {

class SshLog {
 public:
  // `name` stands in front of each line; `shown`: lines go to stderr.
  SshLog(std::string name, bool shown) : name_(std::move(name)), shown_(shown) {}
  SshLog(const SshLog&) = delete;
  SshLog& operator=(const SshLog&) = delete;

  // The calling thread's calls of libssh are heard while this lives. `all`: the server's offer too,
  // for the time of a handshake.
  class Scope {
   public:
    explicit Scope(SshLog& log, bool all = false);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    int level_;
    void* log_;
  };

  // The host key algorithms that the server has told, separated by commas.
  const std::optional<std::string>& server_host_keys() const { return server_host_keys_; }

 private:
  static void hear(int level, const char* function, const char* text, void* userdata) noexcept;
  void take(int level, std::string_view function, const char* text);

  std::string name_;
  bool shown_;
  bool server_lists_came_ = false;
  std::optional<std::string> server_host_keys_;
};

}  // namespace wgmesh
