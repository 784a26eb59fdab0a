#include "controller/file/mesh_file_target.h"

#include <array>
#include <utility>

#include "common/error.h"
#include "controller/file/destination.h"
#include "controller/text/messages.h"
#include "controller/text/shell_words.h"

namespace wgmesh {
namespace {

const std::array<std::string, 10> kSshKeys = {
    "host",          "user",       "port",    "become",          "become_password_command",
    "identity_file", "proxy_jump", "gateway", "connect_timeout", "connect_kwargs"};
const std::array<std::string, 1> kConnectKeys = {"key_filename"};
const std::array<std::string, 2> kEndpointKeys = {"host", "port"};

constexpr std::uint64_t kMostTimeout = 3600;  // seconds

// To YAML the bracket of [2001:db8::1] begins a list.
std::string unquoted_address(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kList || node.items.size() != 1) { return {}; }
  const YamlNode& item = node.items.front();
  const bool is_address = item.kind == YamlNode::Kind::kPlain && parse_ip(item.text) &&
                          item.text.find(':') != std::string::npos;
  return is_address ? "[" + item.text + "]" : std::string();
}

// What `parse` makes of the value's text; its Error becomes the value's fault.
template <typename Parse>
auto parse_text(const Value& value, std::string_view what, Parse parse)
    -> std::optional<decltype(parse(std::string()))> {
  if (const std::string address = unquoted_address(*value.node); !address.empty()) {
    value.fault(say<"file-bracket-wants-quotes">(address));
    return std::nullopt;
  }
  const auto text = read_text(value, what);
  if (!text) { return std::nullopt; }
  try {
    return parse(*text);
  } catch (const Error& error) {
    value.fault({error.id(), error.message(), error.cure()});
    return std::nullopt;
  }
}

std::optional<std::uint16_t> read_port(const Value& value) {
  const auto port = read_number(value, "a port number", 1, 65535);
  if (!port) { return std::nullopt; }
  return static_cast<std::uint16_t>(*port);
}

void read_identity_files(const Value& value, SshTarget& target) {
  for (const Value& item : read_list(value, "a file name or a list of them", true)) {
    const auto file = read_text(item, "a file name");
    if (!file) { continue; }
    if (file->empty() || file->find('\0') != file->npos) {
      item.expected("a file name");
    } else {
      target.identity_files.push_back(*file);
    }
  }
}

void read_proxy_jump(const Value& value, SshTarget& target) {
  const auto jump = parse_text(value, "[user@]host[:port], or several with commas between",
                               [](const std::string& text) {
                                 check_proxy_jump(text);
                                 return text;
                               });
  if (jump) { target.proxy_jump = *jump; }
}

void read_become(const Value& value, SshTarget& target) {
  constexpr std::string_view kExpected = "sudo, doas or none";
  const auto become = read_text(value, kExpected);
  if (!become) { return; }
  if (*become == "sudo") {
    target.become = Become::kSudo;
  } else if (*become == "doas") {
    target.become = Become::kDoas;
  } else if (*become == "none") {
    target.become = Become::kNone;
  } else {
    value.expected(kExpected);
  }
}

void read_become_password_command(const Value& value, SshTarget& target) {
  const auto command = read_text(value, "a command that prints the password of sudo");
  if (!command) { return; }
  if (command->empty() || command->find('\0') != command->npos) {
    value.expected("a command that prints the password of sudo");
  } else if (target.become == Become::kDoas || target.become == Become::kNone) {
    value.fault(say<"file-password-unwanted">());
  } else {
    target.become_password_command = *command;
  }
}

// Host may hold a user and a port, as Fabric has it; each may then not be said again.
void read_login(const MapReader& map, SshTarget& target) {
  if (const auto host = map.require("host", "a host of ~/.ssh/config, a name or an address")) {
    if (const auto parsed = parse_text(*host, "a host", parse_ssh_target)) { target = *parsed; }
  }
  if (const auto user = map.find("user")) {
    // The user is checked as it is in user@host.
    const auto parsed = parse_text(*user, "a user name", [](const std::string& text) {
      return parse_ssh_target(text + "@h");
    });
    if (!target.user.empty()) {
      user->fault(say<"file-host-says-it">("user"));
    } else if (parsed) {
      target.user = parsed->user;
    }
  }
  if (const auto port = map.find("port")) {
    const auto number = read_port(*port);
    if (target.port) {
      port->fault(say<"file-host-says-it">("port"));
    } else {
      target.port = number;
    }
  }
}

SshTarget read_ssh_map(const Value& value) {
  SshTarget target;
  const MapReader map(value, "a map", kSshKeys);
  read_login(map, target);
  const auto identity_file = map.find("identity_file");
  if (identity_file) { read_identity_files(*identity_file, target); }
  if (const auto kwargs = map.find("connect_kwargs")) {
    const MapReader connect(*kwargs, "a map with key_filename", kConnectKeys);
    if (const auto file = connect.find("key_filename")) {
      if (identity_file) { file->fault(say<"file-key-doubled">("identity_file")); }
      read_identity_files(*file, target);
    }
  }
  const auto proxy_jump = map.find("proxy_jump");
  if (proxy_jump) { read_proxy_jump(*proxy_jump, target); }
  if (const auto gateway = map.find("gateway")) {
    if (proxy_jump) { gateway->fault(say<"file-key-doubled">("proxy_jump")); }
    read_proxy_jump(*gateway, target);
  }
  if (const auto timeout = map.find("connect_timeout")) {
    const auto seconds = read_number(*timeout, "seconds", 1, kMostTimeout);
    if (seconds) { target.connect_timeout = static_cast<unsigned>(*seconds); }
  }
  if (const auto become = map.find("become")) { read_become(*become, target); }
  if (const auto command = map.find("become_password_command")) {
    read_become_password_command(*command, target);
  }
  return target;
}

HostAndPort parse_endpoint(const std::string& text) {
  HostAndPort endpoint = split_host_port(text);
  check_endpoint_host(endpoint.host);
  return endpoint;
}

std::optional<HostAndPort> read_endpoint_map(const Value& value) {
  const MapReader map(value, "a map", kEndpointKeys);
  std::optional<HostAndPort> endpoint;
  if (const auto host = map.require("host", "a host name or an address")) {
    endpoint = parse_text(*host, "a host name or an address", [](const std::string& text) {
      check_endpoint_host(text);
      return HostAndPort{text, {}};
    });
  }
  if (const auto port = map.find("port")) {
    const auto number = read_port(*port);
    if (endpoint) { endpoint->port = number; }
  }
  return endpoint;
}

}  // namespace

std::span<const std::string> ssh_keys() { return kSshKeys; }

std::span<const std::string> connect_keys() { return kConnectKeys; }

std::span<const std::string> endpoint_keys() { return kEndpointKeys; }

std::optional<SshTarget> read_ssh(const Value& value) {
  if (value.node->kind == YamlNode::Kind::kMap) { return read_ssh_map(value); }
  return parse_text(value, "[user@]host[:port] or a map", parse_ssh_target);
}

std::optional<ExecTarget> read_exec(const Value& value) {
  return parse_text(value, "a command, such as docker exec -i n1", [](const std::string& text) {
    return ExecTarget{split_words(text), text};
  });
}

std::optional<HostPort> read_endpoint(const Value& value, std::uint16_t listen_port) {
  const auto endpoint =
      value.node->kind == YamlNode::Kind::kMap
          ? read_endpoint_map(value)
          : parse_text(value, "host, host:port, [v6]:port or a map", parse_endpoint);
  if (!endpoint) { return std::nullopt; }
  return HostPort{endpoint->host, endpoint->port.value_or(listen_port)};
}

}  // namespace wgmesh
