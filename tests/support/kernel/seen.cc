#include "tests/support/kernel/seen.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wgmesh {
namespace {

using Each = std::function<void(const nlmsghdr*)>;
using SeenAttributes = std::map<int, const nlattr*>;

int call(const nlmsghdr* message, void* each) {
  (*static_cast<Each*>(each))(message);
  return MNL_CB_OK;
}

int collect(const nlattr* attribute, void* into) {
  (*static_cast<SeenAttributes*>(into))[mnl_attr_get_type(attribute)] = attribute;
  return MNL_CB_OK;
}

SeenAttributes attributes_of(const nlmsghdr* message, unsigned header) {
  SeenAttributes result;
  mnl_attr_parse(message, header, collect, &result);
  return result;
}

SeenAttributes nested(const nlattr* attribute) {
  SeenAttributes result;
  mnl_attr_parse_nested(attribute, collect, &result);
  return result;
}

int append(const nlattr* attribute, void* into) {
  static_cast<std::vector<const nlattr*>*>(into)->push_back(attribute);
  return MNL_CB_OK;
}

std::vector<const nlattr*> items_of(const nlattr* list) {
  std::vector<const nlattr*> items;
  mnl_attr_parse_nested(list, append, &items);
  return items;
}

std::string hex_of(const nlattr* attribute) {
  return hex(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
}

using Messages = std::vector<std::vector<char>>;

// All answers to the request; nothing if the kernel's tables have changed meanwhile.
std::optional<Messages> ask_once(int protocol, const std::function<void(nlmsghdr*)>& fill) {
  const std::unique_ptr<mnl_socket, int (*)(mnl_socket*)> socket(mnl_socket_open(protocol),
                                                                 mnl_socket_close);
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
    throw std::runtime_error("mnl_socket_open");
  }
  std::vector<char> buffer(1u << 16);
  nlmsghdr* const request = mnl_nlmsg_put_header(buffer.data());
  request->nlmsg_seq = 1;
  fill(request);
  if (mnl_socket_sendto(socket.get(), request, request->nlmsg_len) < 0) {
    throw std::runtime_error("mnl_socket_sendto");
  }
  Messages messages;
  Each keep = [&messages](const nlmsghdr* message) {
    const auto* octets = reinterpret_cast<const char*>(message);
    messages.emplace_back(octets, octets + message->nlmsg_len);
  };
  int run = MNL_CB_OK;
  while (run > MNL_CB_STOP) {
    const ssize_t size = mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
    if (size < 0) { throw std::runtime_error("mnl_socket_recvfrom"); }
    run = mnl_cb_run(buffer.data(), static_cast<std::size_t>(size), 1,
                     mnl_socket_get_portid(socket.get()), call, &keep);
  }
  if (run < 0 && errno == EINTR) { return std::nullopt; }
  if (run < 0) { throw std::runtime_error("mnl_cb_run"); }
  return messages;
}

// One request, all answers. Namespaces of earlier tests may still be on their way out.
void ask(int protocol, const std::function<void(nlmsghdr*)>& fill, const Each& each) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto messages = ask_once(protocol, fill);
    if (!messages) { continue; }
    for (const auto& message : *messages) {
      each(reinterpret_cast<const nlmsghdr*>(message.data()));
    }
    return;
  }
  throw std::runtime_error("the kernel's tables change all the time");
}

std::string ip_text(int family, const void* octets, int length) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(family, octets, text, sizeof text);
  return std::string(text) + "/" + std::to_string(length);
}

SeenInterface see_link(const SeenAttributes& attributes) {
  SeenInterface interface;
  if (attributes.contains(IFLA_MTU)) { interface.mtu = mnl_attr_get_u32(attributes.at(IFLA_MTU)); }
  if (attributes.contains(IFLA_GROUP)) {
    interface.group = mnl_attr_get_u32(attributes.at(IFLA_GROUP));
  }
  if (attributes.contains(IFLA_IFALIAS)) {
    interface.alias = mnl_attr_get_str(attributes.at(IFLA_IFALIAS));
  }
  if (attributes.contains(IFLA_ADDRESS)) {
    const auto* octets =
        static_cast<const std::uint8_t*>(mnl_attr_get_payload(attributes.at(IFLA_ADDRESS)));
    for (int i = 0; i < mnl_attr_get_payload_len(attributes.at(IFLA_ADDRESS)); ++i) {
      interface.mac += (i == 0 ? "" : ":") + hex(octets + i, 1);
    }
  }
  if (attributes.contains(IFLA_PROP_LIST)) {
    for (const nlattr* name : items_of(attributes.at(IFLA_PROP_LIST))) {
      interface.altnames.insert(mnl_attr_get_str(name));
    }
  }
  if (!attributes.contains(IFLA_LINKINFO)) { return interface; }
  const SeenAttributes info = nested(attributes.at(IFLA_LINKINFO));
  if (info.contains(IFLA_INFO_KIND)) { interface.kind = mnl_attr_get_str(info.at(IFLA_INFO_KIND)); }
  if (info.contains(IFLA_INFO_DATA)) {
    for (const auto& [type, value] : nested(info.at(IFLA_INFO_DATA))) {
      interface.data[type] = hex_of(value);
    }
  }
  if (info.contains(IFLA_INFO_SLAVE_DATA)) {
    for (const auto& [type, value] : nested(info.at(IFLA_INFO_SLAVE_DATA))) {
      interface.port_data[type] = hex_of(value);
    }
  }
  return interface;
}

void see_peer(const nlattr* attribute, SeenDevice& device) {
  const SeenAttributes attributes = nested(attribute);
  SeenPeer& peer = device.peers[hex_of(attributes.at(WGPEER_A_PUBLIC_KEY))];
  if (attributes.contains(WGPEER_A_PRESHARED_KEY)) {
    peer.preshared_key = hex_of(attributes.at(WGPEER_A_PRESHARED_KEY));
  }
  if (attributes.contains(WGPEER_A_ENDPOINT)) {
    peer.endpoint = hex_of(attributes.at(WGPEER_A_ENDPOINT));
  }
  if (attributes.contains(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL)) {
    peer.persistent_keepalive =
        mnl_attr_get_u16(attributes.at(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL));
  }
  if (!attributes.contains(WGPEER_A_ALLOWEDIPS)) { return; }
  for (const nlattr* item : items_of(attributes.at(WGPEER_A_ALLOWEDIPS))) {
    const SeenAttributes parts = nested(item);
    peer.allowed_ips.insert(ip_text(mnl_attr_get_u16(parts.at(WGALLOWEDIP_A_FAMILY)),
                                    mnl_attr_get_payload(parts.at(WGALLOWEDIP_A_IPADDR)),
                                    mnl_attr_get_u8(parts.at(WGALLOWEDIP_A_CIDR_MASK))));
  }
}

std::uint16_t wireguard_family() {
  std::uint16_t id = 0;
  ask(
      NETLINK_GENERIC,
      [](nlmsghdr* request) {
        request->nlmsg_type = GENL_ID_CTRL;
        request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        auto* const header =
            static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(request, sizeof(genlmsghdr)));
        header->cmd = CTRL_CMD_GETFAMILY;
        header->version = 1;
        mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME);
      },
      [&](const nlmsghdr* answer) {
        id = mnl_attr_get_u16(attributes_of(answer, sizeof(genlmsghdr)).at(CTRL_ATTR_FAMILY_ID));
      });
  return id;
}

}  // namespace

std::string hex(const void* octets, std::size_t size) {
  std::string text;
  char digits[3];
  for (std::size_t i = 0; i < size; ++i) {
    std::snprintf(digits, sizeof digits, "%02x", static_cast<const std::uint8_t*>(octets)[i]);
    text += digits;
  }
  return text;
}

std::map<std::string, SeenInterface> seen_interfaces() {
  std::map<std::string, SeenInterface> interfaces;
  std::map<int, std::string> names;
  std::map<std::string, int> masters;
  ask(
      NETLINK_ROUTE,
      [](nlmsghdr* request) {
        request->nlmsg_type = RTM_GETLINK;
        request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        mnl_nlmsg_put_extra_header(request, sizeof(ifinfomsg));
      },
      [&](const nlmsghdr* answer) {
        const auto* header = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(answer));
        const SeenAttributes attributes = attributes_of(answer, sizeof(ifinfomsg));
        const std::string name = mnl_attr_get_str(attributes.at(IFLA_IFNAME));
        SeenInterface interface = see_link(attributes);
        interface.index = header->ifi_index;
        interface.up = (header->ifi_flags & IFF_UP) != 0;
        names[interface.index] = name;
        if (attributes.contains(IFLA_MASTER)) {
          masters[name] = static_cast<int>(mnl_attr_get_u32(attributes.at(IFLA_MASTER)));
        }
        interfaces[name] = std::move(interface);
      });
  for (const auto& [name, master] : masters) { interfaces[name].master = names[master]; }
  ask(
      NETLINK_ROUTE,
      [](nlmsghdr* request) {
        request->nlmsg_type = RTM_GETADDR;
        request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        mnl_nlmsg_put_extra_header(request, sizeof(ifaddrmsg));
      },
      [&](const nlmsghdr* answer) {
        const auto* header = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(answer));
        const SeenAttributes attributes = attributes_of(answer, sizeof(ifaddrmsg));
        const nlattr* address =
            attributes.contains(IFA_LOCAL) ? attributes.at(IFA_LOCAL) : attributes.at(IFA_ADDRESS);
        interfaces[names[static_cast<int>(header->ifa_index)]].addresses.insert(
            ip_text(header->ifa_family, mnl_attr_get_payload(address), header->ifa_prefixlen));
      });
  return interfaces;
}

SeenDevice seen_device(const std::string& name) {
  const std::uint16_t family = wireguard_family();
  SeenDevice device;
  ask(
      NETLINK_GENERIC,
      [&](nlmsghdr* request) {
        request->nlmsg_type = family;
        request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        auto* const header =
            static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(request, sizeof(genlmsghdr)));
        header->cmd = WG_CMD_GET_DEVICE;
        header->version = WG_GENL_VERSION;
        mnl_attr_put_strz(request, WGDEVICE_A_IFNAME, name.c_str());
      },
      [&](const nlmsghdr* answer) {
        const SeenAttributes attributes = attributes_of(answer, sizeof(genlmsghdr));
        if (attributes.contains(WGDEVICE_A_PRIVATE_KEY)) {
          device.private_key = hex_of(attributes.at(WGDEVICE_A_PRIVATE_KEY));
        }
        if (attributes.contains(WGDEVICE_A_LISTEN_PORT)) {
          device.listen_port = mnl_attr_get_u16(attributes.at(WGDEVICE_A_LISTEN_PORT));
        }
        if (attributes.contains(WGDEVICE_A_FWMARK)) {
          device.fwmark = mnl_attr_get_u32(attributes.at(WGDEVICE_A_FWMARK));
        }
        if (!attributes.contains(WGDEVICE_A_PEERS)) { return; }
        for (const nlattr* peer : items_of(attributes.at(WGDEVICE_A_PEERS))) {
          see_peer(peer, device);
        }
      });
  return device;
}

namespace {

// A bridge's own settings. The ageing time is not among them: while the tree changes the kernel
// shows another one in its place.
constexpr int kBridgeSettings[] = {
    IFLA_BR_FORWARD_DELAY, IFLA_BR_HELLO_TIME,     IFLA_BR_MAX_AGE,       IFLA_BR_STP_STATE,
    IFLA_BR_PRIORITY,      IFLA_BR_VLAN_FILTERING, IFLA_BR_GROUP_FWD_MASK};
constexpr int kPortSettings[] = {
    IFLA_BRPORT_PRIORITY, IFLA_BRPORT_COST,          IFLA_BRPORT_MODE,    IFLA_BRPORT_GUARD,
    IFLA_BRPORT_LEARNING, IFLA_BRPORT_UNICAST_FLOOD, IFLA_BRPORT_ISOLATED};

template <std::size_t N>
void keep_only(const int (&kept)[N], std::map<int, std::string>& attributes) {
  std::erase_if(attributes, [&](const auto& attribute) {
    return std::find(std::begin(kept), std::end(kept), attribute.first) == std::end(kept);
  });
}

std::string setting_of(const std::string& interface, const char* name) {
  std::ifstream file("/proc/sys/net/ipv6/conf/" + interface + "/" + name);
  std::string value;
  file >> value;
  return value;
}

void see_route(const nlmsghdr* answer, const std::map<int, std::string>& names,
               std::set<std::string>& routes) {
  const auto* header = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(answer));
  const SeenAttributes attributes = attributes_of(answer, sizeof(rtmsg));
  // Multicast and local routes come and go with addresses, which are compared themselves.
  if (header->rtm_table != RT_TABLE_MAIN || header->rtm_type != RTN_UNICAST) { return; }
  // What the kernel has learned of the path to one address is no route that somebody made.
  if ((header->rtm_flags & RTM_F_CLONED) != 0) { return; }
  std::string route = "default";
  if (attributes.contains(RTA_DST)) {
    route = ip_text(header->rtm_family, mnl_attr_get_payload(attributes.at(RTA_DST)),
                    header->rtm_dst_len);
  }
  if (attributes.contains(RTA_GATEWAY)) { route += " via " + hex_of(attributes.at(RTA_GATEWAY)); }
  if (attributes.contains(RTA_OIF)) {
    const auto name = names.find(static_cast<int>(mnl_attr_get_u32(attributes.at(RTA_OIF))));
    if (name != names.end()) { route += " dev " + name->second; }
  }
  if (attributes.contains(RTA_PRIORITY)) {
    route += " metric " + std::to_string(mnl_attr_get_u32(attributes.at(RTA_PRIORITY)));
  }
  routes.insert(route);
}

std::set<std::string> seen_routes(const std::map<int, std::string>& names) {
  std::set<std::string> routes;
  ask(
      NETLINK_ROUTE,
      [](nlmsghdr* request) {
        request->nlmsg_type = RTM_GETROUTE;
        request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        mnl_nlmsg_put_extra_header(request, sizeof(rtmsg));
      },
      [&](const nlmsghdr* answer) { see_route(answer, names, routes); });
  return routes;
}

template <class Value>
void compare(const std::string& what, const Value& a, const Value& b, std::string& text) {
  if (a != b) { text += " " + what; }
}

void compare(const SeenInterface& a, const SeenInterface& b, std::string& text) {
  compare("kind", a.kind, b.kind, text);
  compare("alias", a.alias, b.alias, text);
  compare("altnames", a.altnames, b.altnames, text);
  compare("group", a.group, b.group, text);
  compare("mtu", a.mtu, b.mtu, text);
  compare("master", a.master, b.master, text);
  compare("mac", a.mac, b.mac, text);
  compare("up", a.up, b.up, text);
  compare("addresses", a.addresses, b.addresses, text);
  compare("data", a.data, b.data, text);
  compare("port data", a.port_data, b.port_data, text);
}

}  // namespace

SeenNode seen_node() {
  SeenNode node;
  node.interfaces = seen_interfaces();
  // They come with the modules.
  for (const char* name : {"gre0", "gretap0", "erspan0", "ip6tnl0", "ip6gre0"}) {
    node.interfaces.erase(name);
  }
  std::map<int, std::string> names;
  for (auto& [name, interface] : node.interfaces) {
    names[std::exchange(interface.index, 0)] = name;
    if (interface.kind == "wireguard") { node.devices[name] = seen_device(name); }
    if (interface.kind == "bridge") { keep_only(kBridgeSettings, interface.data); }
    keep_only(kPortSettings, interface.port_data);
    node.settings[name] = setting_of(name, "accept_ra") + setting_of(name, "autoconf");
  }
  node.routes = seen_routes(names);
  // A bridge gets its link-local address, and the route of that, when its first port forwards.
  for (auto& [name, interface] : node.interfaces) {
    if (interface.kind != "bridge") { continue; }
    std::erase_if(interface.addresses,
                  [](const std::string& it) { return it.starts_with("fe80:"); });
    std::erase_if(node.routes, [&](const std::string& it) {
      return it.starts_with("fe80::/64 dev " + name + " ");
    });
  }
  return node;
}

std::string difference(const SeenNode& a, const SeenNode& b) {
  std::string text;
  for (const auto& [name, interface] : a.interfaces) {
    std::string fields;
    if (const auto other = b.interfaces.find(name); other == b.interfaces.end()) {
      fields = " is gone";
    } else {
      compare(interface, other->second, fields);
    }
    if (!fields.empty()) { text += name + ":" + fields + "\n"; }
  }
  for (const auto& [name, interface] : b.interfaces) {
    if (!a.interfaces.contains(name)) { text += name + ": is new\n"; }
  }
  if (a.devices != b.devices) { text += "WireGuard differs\n"; }
  if (a.settings != b.settings) { text += "router advertisements differ\n"; }
  for (const std::string& route : a.routes) {
    if (!b.routes.contains(route)) { text += "route is gone: " + route + "\n"; }
  }
  for (const std::string& route : b.routes) {
    if (!a.routes.contains(route)) { text += "route is new: " + route + "\n"; }
  }
  return text;
}

}  // namespace wgmesh
