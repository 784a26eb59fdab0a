// Answers the questions that wait at a socket, and ends when no more come. systemd has made the socket, and starts this
// again for the next question.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "proto/status.pb.h"

namespace wgmesh {

struct Answering {
  std::string device;  // questions come in by this interface alone
  std::function<proto::Status()>
      look;  // the mesh as the kernel has it now, with `time`; may throw Error
  std::chrono::milliseconds patience{10'000};
};

// Until no question has come for `patience`. `socket`: of UDP. Nothing is asked of the kernel about the mesh before a
// question has been understood, at most kMostAnswers times in a second, and an answer leaves by the interface that its
// question came in by. Throws the first Error of `look` at the end: a question that waited would start this again at
// once. Throws SystemError if it is no such socket.
void answer_questions(int socket, const Answering& answering);

}  // namespace wgmesh
