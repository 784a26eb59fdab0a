// A transport whose other side is a thread of the test, in memory. Keeps the promises of
// transport.h: deadlines, end of file, one interrupt for one read.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "controller/reach/transport.h"

namespace wgmesh {

// What both sides share.
class Loopback {
 public:
  // The node's side.
  void say(std::string_view octets);       // arrives at the controller's read
  void complain(std::string_view octets);  // on stderr
  void hang_up();                          // end of file for the controller
  // What the controller has written since the last call; waits until there is something, empty
  // when the controller has gone.
  std::string hear();
  std::string command();  // what start() was given

 private:
  friend class LoopbackTransport;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string to_controller_;
  std::string to_node_;
  std::string stderr_;
  std::string command_;
  bool hung_up_ = false;
  bool controller_gone_ = false;
  bool interrupted_ = false;
};

class LoopbackTransport final : public Transport {
 public:
  explicit LoopbackTransport(std::shared_ptr<Loopback> loopback) : loopback_(std::move(loopback)) {}
  ~LoopbackTransport() override;

  void start(std::string_view command) override;
  void write(std::string_view octets, Deadline deadline) override;
  std::string read(Deadline deadline) override;
  std::string stderr_text() override;
  bool takes_command_line() const override { return true; }
  void interrupt() override;

 private:
  std::shared_ptr<Loopback> loopback_;
};

}  // namespace wgmesh
