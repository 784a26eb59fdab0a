#include "controller/confirm.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>

#include "common/error.h"
#include "controller/text/messages.h"

namespace wgmesh {

bool confirm(std::istream& in, std::ostream& out, std::string_view question) {
  out << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(in, answer);
  std::ranges::transform(answer, answer.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return answer == "y" || answer == "yes";
}

bool confirm(std::string_view question) {
  std::ifstream in("/dev/tty");
  std::ofstream out("/dev/tty");
  if (!in || !out) { throw Error(say<"terminal-for-question">()); }
  return confirm(in, out, question);
}

}  // namespace wgmesh
