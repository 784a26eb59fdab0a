// Errors inside one process are exceptions of this type; between processes they are protobuf Errors
// and, per node, outcomes. Context is added where an object is named (a node, a file, an operation)
// and nowhere else: catch by reference, add_context(), `throw;`.
#pragma once

#include <stdexcept>
#include <string>

#include "common/said.h"

namespace wgmesh {

class Error : public std::exception {
 public:
  // `said` is of the program's table: say<"id">(…).
  explicit Error(Said said);

  // Puts "context: " in front of the message.
  void add_context(const std::string& context);

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const { return message_; }
  const std::string& cure() const { return cure_; }
  // Of the message, as docs/messages.md lists them.
  const std::string& id() const { return id_; }

 private:
  std::string message_;
  std::string cure_;
  std::string id_;
};

// A system call's failure: "open /x: Permission denied".
class SystemError : public Error {
 public:
  SystemError(const std::string& what, int error_number);
  int error_number() const { return error_number_; }

 private:
  int error_number_;
};

}  // namespace wgmesh
