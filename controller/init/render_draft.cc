#include "controller/init/render_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/overloaded.h"
#include "controller/text/printable.h"
#include "controller/text/yaml_writer.h"

namespace wgmesh {
namespace {

constexpr std::size_t kCommentColumns = 100;

// The lines of a comment, broken at blanks.
std::string comment(std::string_view text, std::size_t indent) {
  const std::string begin = std::string(indent, ' ') + '#';
  std::string out;
  std::string line = begin;
  const std::string clean = printable(text);
  for (std::string_view rest = clean; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.empty()) { continue; }
    if (line != begin && columns_of(line) + 1 + columns_of(word) > kCommentColumns) {
      out += line + '\n';
      line = begin;
    }
    line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string scalar_of(const std::string& text) {
  std::string yaml = to_yaml(text);
  yaml.pop_back();  // the end of the line
  return yaml;
}

std::string key_line(std::size_t indent, std::string_view key, const std::string& text) {
  return fmt::format("{:{}}{}: {}\n", "", indent, key, scalar_of(text));
}

std::string number_line(std::string_view key, unsigned number) {
  return fmt::format("    {}: {}\n", key, number);
}

std::string with_port(const std::string& host, std::optional<std::uint16_t> port) {
  return port ? to_text(HostPort{host, *port}) : host;
}

std::string ssh_lines(const SshTarget& ssh) {
  if (ssh.identity_files.empty()) {
    const std::string user = ssh.user.empty() ? "" : ssh.user + '@';
    return key_line(4, "ssh", user + with_port(ssh.host, ssh.port));
  }
  std::string lines = "    ssh:\n" + key_line(6, "host", ssh.host);
  if (!ssh.user.empty()) { lines += key_line(6, "user", ssh.user); }
  if (ssh.port) { lines += fmt::format("      port: {}\n", *ssh.port); }
  for (const std::string& key : ssh.identity_files) { lines += key_line(6, "identity_file", key); }
  return lines;
}

std::string address_lines(const std::vector<Prefix>& addresses) {
  if (addresses.size() == 1) { return key_line(4, "addr", to_text(addresses.front())); }
  std::string lines = "    addr:\n";
  for (const Prefix& address : addresses) {
    lines += fmt::format("      - {}\n", scalar_of(to_text(address)));
  }
  return lines;
}

std::string endpoint_lines(const DraftNode& node) {
  if (node.endpoint) {
    return key_line(4, "endpoint", with_port(node.endpoint->host, node.endpoint->port));
  }
  return comment("endpoint: none. " + node.no_endpoint, 4);
}

std::string node_lines(const DraftNode& node) {
  std::string lines = fmt::format("  {}:\n", scalar_of(node.name));
  for (const std::string& note : node.notes) { lines += comment(note, 4); }
  lines += address_lines(node.addresses);
  lines +=
      std::visit(Overloaded{[](const SshTarget& ssh) { return ssh_lines(ssh); },
                            [](const ExecTarget& exec) { return key_line(4, "exec", exec.text); }},
                 node.target);
  lines += endpoint_lines(node);
  if (node.listen_port) { lines += number_line("listen_port", *node.listen_port); }
  if (node.persistent_keepalive) {
    lines += number_line("persistent_keepalive", *node.persistent_keepalive);
  }
  return lines;
}

}  // namespace

std::string render_draft(const Draft& draft) {
  std::string text =
      "# yaml-language-server: $schema=mesh.schema.json\n"
      "# A proposal of `mesh init`: read it, then let `mesh plan` tell what `mesh up` would do.\n"
      "# `mesh conf --schema >mesh.schema.json` writes the schema by which editors check this "
      "file.\n";
  for (const std::string& note : draft.notes) { text += comment(note, 0); }
  text += key_line(0, "name", draft.name);
  if (!draft.network_note.empty()) { text += comment(draft.network_note, 0); }
  text += key_line(0, "network", to_text(*draft.network));
  text += "nodes:\n";
  for (const DraftNode& node : draft.nodes) { text += node_lines(node); }
  return text;
}

}  // namespace wgmesh
