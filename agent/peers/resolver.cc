#include "agent/peers/resolver.h"

#include <ares.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "agent/peers/name_servers.h"
#include "agent/peers/zoned_sockets.h"
#include "agent/store/kernel_text.h"
#include "agent/text/messages.h"
#include "common/error.h"

namespace wgmesh {
namespace {

constexpr int kTryMilliseconds = 1200;
constexpr int kTries = 3;
constexpr const char* kResolverConfiguration = "/etc/resolv.conf";

using Sockets = std::map<ares_socket_t, short>;  // and the events to wait for

struct DestroyChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, DestroyChannel>;

struct FreeAddresses {
  void operator()(ares_addrinfo* addresses) const { ares_freeaddrinfo(addresses); }
};

struct Query {
  Resolved* answer = nullptr;
  std::size_t* open = nullptr;
};

void note_socket(void* data, ares_socket_t socket, int readable, int writable) {
  auto& sockets = *static_cast<Sockets*>(data);
  if (readable == 0 && writable == 0) {
    sockets.erase(socket);
  } else {
    sockets[socket] =
        static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
  }
}

std::optional<IpAddress> address_of(const sockaddr* from) {
  IpAddress address;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from, sizeof v4);
    std::memcpy(address.octets.data(), &v4.sin_addr, 4);
  } else if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    address.family = Family::kIpv6;
    std::memcpy(address.octets.data(), &v6.sin6_addr, 16);
  } else {
    return std::nullopt;
  }
  return address;
}

// Called by the C library, so nothing may leave it.
void take_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* result) noexcept {
  const Query& query = *static_cast<Query*>(argument);
  const std::unique_ptr<ares_addrinfo, FreeAddresses> owned(result);
  --*query.open;
  if (status != ARES_SUCCESS || result == nullptr) {
    query.answer->error = status == ARES_ECANCELLED ? "no answer from the name server in time"
                                                    : ares_strerror(status);
    return;
  }
  for (const auto* node = result->nodes; node != nullptr; node = node->ai_next) {
    const auto address = address_of(node->ai_addr);
    if (address &&
        std::ranges::find(query.answer->addresses, *address) == query.answer->addresses.end()) {
      query.answer->addresses.push_back(*address);
    }
  }
  if (query.answer->addresses.empty()) { query.answer->error = "the name has no address"; }
}

unsigned index_of(const std::string& zone) {
  unsigned index = 0;
  const char* const end = zone.data() + zone.size();
  const auto read = std::from_chars(zone.data(), end, index);
  return read.ec == std::errc() && read.ptr == end ? index : if_nametoindex(zone.c_str());
}

// c-ares passes over servers with a zone; where there is one, it gets the whole list from us.
void use_zoned_servers(ares_channel channel, Zones& zones) {
  const auto servers = parse_name_servers(read_kernel_text(kResolverConfiguration));
  const bool has_zones =
      std::ranges::any_of(servers, [](const NameServer& server) { return !server.zone.empty(); });
  if (!has_zones) { return; }
  std::vector<ares_addr_port_node> nodes(servers.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const NameServer& server = servers[i];
    const bool is_ipv4 = server.address.family == Family::kIpv4;
    nodes[i].family = is_ipv4 ? AF_INET : AF_INET6;
    std::memcpy(&nodes[i].addr, server.address.octets.data(), server.address.size());
    if (i + 1 < nodes.size()) { nodes[i].next = &nodes[i + 1]; }
    if (!server.zone.empty()) { zones[server.address] = index_of(server.zone); }
  }
  ares_set_socket_functions(channel, &zoned_socket_functions(), &zones);
  if (ares_set_servers_ports(channel, nodes.data()) != ARES_SUCCESS) { zones.clear(); }
}

// What c-ares cannot say of a name that only neighbours answer for.
std::string told(const std::string& host, const std::string& error) {
  const std::string_view name = host.ends_with('.')
                                    ? std::string_view(host).substr(0, host.size() - 1)
                                    : std::string_view(host);
  if (!name.ends_with(".local")) { return error; }
  return error +
         "; names in .local are found by multicast DNS, which wgmesh-agent does not speak: put an "
         "address into mesh.yaml, or the name into /etc/hosts there";
}

Channel open_channel(Sockets& sockets, Zones& zones) {
  ares_options options{};
  char lookups[] = "fb";  // file, then the name server, whatever nsswitch.conf lists beside
  options.lookups = lookups;
  options.timeout = kTryMilliseconds;
  options.tries = kTries;
  options.sock_state_cb = note_socket;
  options.sock_state_cb_data = &sockets;
  ares_channel channel = nullptr;
  const int status = ares_init_options(
      &channel, &options,
      ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) { throw Error(say<"resolver-start-failed">(ares_strerror(status))); }
  Channel opened(channel);
  use_zoned_servers(channel, zones);
  return opened;
}

void wait_once(ares_channel channel, const Sockets& sockets, std::chrono::milliseconds longest) {
  std::vector<pollfd> fds;
  for (const auto& [socket, events] : sockets) { fds.push_back({socket, events, 0}); }
  timeval bound{static_cast<time_t>(longest.count() / 1000),
                static_cast<suseconds_t>(longest.count() % 1000 * 1000)};
  timeval next{};
  const timeval* wait = ares_timeout(channel, &bound, &next);
  ::poll(fds.data(), fds.size(), static_cast<int>(wait->tv_sec * 1000 + wait->tv_usec / 1000) + 1);
  bool any = false;
  for (const pollfd& fd : fds) {
    if (fd.revents == 0) { continue; }
    any = true;
    ares_process_fd(channel, (fd.revents & ~POLLOUT) != 0 ? fd.fd : ARES_SOCKET_BAD,
                    (fd.revents & POLLOUT) != 0 ? fd.fd : ARES_SOCKET_BAD);
  }
  if (!any) { ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); }
}

}  // namespace

std::map<std::string, Resolved> resolve(const std::set<std::string>& hosts,
                                        std::chrono::milliseconds bound) {
  std::map<std::string, Resolved> answers;
  std::vector<std::string> names;
  for (const std::string& host : hosts) {
    const auto address = parse_ip(host);
    if (address) {
      answers[host].addresses = {*address};
    } else {
      answers[host];
      names.push_back(host);
    }
  }
  if (names.empty()) { return answers; }

  const auto until = std::chrono::steady_clock::now() + bound;
  std::size_t open = names.size();
  std::vector<Query> queries;
  for (const std::string& name : names) { queries.push_back({&answers.at(name), &open}); }
  Sockets sockets;
  Zones zones;
  const Channel channel = open_channel(sockets, zones);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ares_getaddrinfo(channel.get(), names[i].c_str(), nullptr, &hints, take_answer, &queries[i]);
  }
  while (open > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      ares_cancel(channel.get());
      break;
    }
    wait_once(channel.get(), sockets, left);
  }
  for (const std::string& name : names) {
    Resolved& answer = answers.at(name);
    if (!answer.error.empty()) { answer.error = told(name, answer.error); }
  }
  return answers;
}

}  // namespace wgmesh
