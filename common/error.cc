#include "common/error.h"

#include <cstring>
#include <utility>

#include "common/messages.h"

namespace wgmesh {

Error::Error(Said said)
    : message_(std::move(said.text)), cure_(std::move(said.cure)), id_(std::move(said.id)) {}

void Error::add_context(const std::string& context) { message_ = context + ": " + message_; }

SystemError::SystemError(const std::string& what, int error_number)
    : Error(say_common<"system-call">(what, strerror(error_number))), error_number_(error_number) {}

}  // namespace wgmesh
