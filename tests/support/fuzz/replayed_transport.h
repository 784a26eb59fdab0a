// A node that says what was written down beforehand, whatever it hears, and then ends. Nothing
// waits.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "controller/reach/transport.h"

namespace wgmesh {

class ReplayedTransport final : public Transport {
 public:
  // `piece`: octets that one read brings, at least 1. Every fourth read the node says the next
  // piece of `errors` on stderr.
  ReplayedTransport(std::string_view octets, std::string_view errors, std::size_t piece)
      : octets_(octets), errors_(errors), piece_(std::max<std::size_t>(piece, 1)) {}

  void start(std::string_view /*command*/) override {}
  void write(std::string_view octets, Deadline /*deadline*/) override { written_ += octets.size(); }
  std::string read(Deadline /*deadline*/) override {
    if (reads_++ % 4 == 0) {
      const std::size_t size = std::min(piece_, errors_.size());
      said_ += errors_.substr(0, size);
      errors_.remove_prefix(size);
    }
    const std::size_t size = std::min(piece_, octets_.size());
    const std::string read(octets_.substr(0, size));
    octets_.remove_prefix(size);
    return read;
  }
  std::string stderr_text() override { return said_; }
  bool takes_command_line() const override { return false; }
  void interrupt() override {}

  std::size_t written() const { return written_; }

 private:
  std::string_view octets_;
  std::string_view errors_;
  std::size_t piece_;
  std::size_t reads_ = 0;
  std::string said_;
  std::size_t written_ = 0;
};

}  // namespace wgmesh
