// What the code of both programs says to users. said.h tells what a line is.
#pragma once

#include "common/said.h"

namespace wgmesh {

inline constexpr Message kCommonMessages[] = {
    {"system-call", MessageKind::kError, "{}: {}", "",
     "a system call that failed, and the system's reason"},
    {"program-missing", MessageKind::kError, "{}: no such program", ""},
    {"program-too-large", MessageKind::kError, "{} is too large for an agent", ""},
    {"key-seal-refused", MessageKind::kError,
     "a preshared key cannot be sealed: the other node's session key is not a valid one", ""},
    {"underlay-too-small", MessageKind::kError, "the underlay {} has no room for node addresses",
     "take a prefix of at most /{1}"},
    {"frame-message-too-large", MessageKind::kError,
     "a message of {} octets does not fit into a frame", ""},
    {"frame-too-large", MessageKind::kError,
     "a frame of {} octets is announced; at most {} are allowed", ""},
    {"frame-length-endless", MessageKind::kError,
     "garbage instead of a frame: its length never ends", ""},
    {"frame-agent-silent", MessageKind::kError,
     "no sign of the agent in the first {} octets of output", ""},
    {"export-text-unsafe", MessageKind::kError,
     "`{}` is '{}', and that cannot stand in a file of another tool",
     "change it in the mesh file: names and addresses are of letters, digits and -_.:@~"},
    {"export-networkd-fragments", MessageKind::kError,
     "`mtu: 1500` cannot be said to systemd-networkd 252: it has no key for tunnels that fragment "
     "(IgnoreDontFragment)",
     "use --format wg-quick; or set another mtu, which bridge_ports then need, too, and run "
     "`mesh up`"},
    {"export-folder-relative", MessageKind::kError, "'{}' is not an absolute path",
     "name the folder from the root on: /etc/wireguard"},
    {"export-folder-exposed", MessageKind::kError, "keys are not written where others may: {}",
     "name a folder to which only root, or you, can write"},
    {"export-file-foreign", MessageKind::kError,
     "{} is no earlier export of this node, and is left alone",
     "move it away, or name another folder"},
    {"export-without-hosts", MessageKind::kWarning,
     "`hosts: true` is no part of the files: nothing keeps the names of the nodes in /etc/hosts",
     "`mesh hosts` prints the lines"},
    {"export-for-networkd", MessageKind::kWarning,
     "networkd is not root, and cannot read the keys yet",
     "run `chgrp systemd-network {0} && chmod 640 {0}` on the node"},
};

template <MessageId id, class... Arguments>
Said say_common(const Arguments&... arguments) {
  return say_from<kCommonMessages, id>(arguments...);
}

}  // namespace wgmesh
