#include "controller/confirm.h"

#include <fstream>
#include <string>

#include "common/error.h"
#include "controller/text/lower_case.h"
#include "controller/text/messages.h"

namespace wgmesh {

bool confirm(std::istream& in, std::ostream& out, std::string_view question) {
  out << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(in, answer);
  answer = lower_case(answer);
  return answer == "y" || answer == "yes";
}

bool confirm(std::string_view question) {
  std::ifstream in("/dev/tty");
  std::ofstream out("/dev/tty");
  if (!in || !out) { throw Error(say<"terminal-for-question">()); }
  return confirm(in, out, question);
}

}  // namespace wgmesh
