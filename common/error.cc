#include "common/error.h"

#include <cstring>
#include <utility>

namespace wgmesh {

Error::Error(std::string message, std::string cure)
    : message_(std::move(message)), cure_(std::move(cure)) {}

void Error::add_context(const std::string& context) { message_ = context + ": " + message_; }

SystemError::SystemError(const std::string& what, int error_number)
    : Error(what + ": " + strerror(error_number)), error_number_(error_number) {}

}  // namespace wgmesh
