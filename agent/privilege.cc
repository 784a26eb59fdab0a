#include "agent/privilege.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <vector>

#include "agent/change/refused.h"
#include "agent/netlink/rtnl_socket.h"
#include "agent/text/messages.h"

namespace wgmesh {

// The capability counts where the network namespace belongs, so only the kernel knows. It looks for
// the capability before it looks for the interface, of which there can be none by that name.
void require_privilege() {
  RtnlSocket interfaces;
  std::vector<NetlinkMessage> question;
  question.emplace_back(RTM_SETLINK, 0);
  const ifinfomsg header{};
  question[0].put_header(&header, sizeof header);
  question[0].put_text(IFLA_IFNAME, "a/b");
  const auto refusal = interfaces.send(question);
  if (!refusal || refusal->answer.error_number != EPERM) { return; }
  throw Refused(say<"net-admin-missing">());
}

}  // namespace wgmesh
