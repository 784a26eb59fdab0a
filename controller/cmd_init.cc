#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/error.h"
#include "common/naming.h"
#include "common/posix.h"
#include "controller/commands.h"
#include "controller/exit_code.h"
#include "controller/file/destination.h"
#include "controller/file/fault.h"
#include "controller/file/mesh_file.h"
#include "controller/init/draft.h"
#include "controller/init/draft_addresses.h"
#include "controller/init/draft_endpoints.h"
#include "controller/init/render_draft.h"
#include "controller/init/source.h"
#include "controller/init/surveyed_host.h"
#include "controller/run.h"
#include "controller/show/output.h"
#include "controller/text/enumeration.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

constexpr std::string_view kStandardStream = "-";

// -f names the mesh file everywhere else, so here, too.
std::string output_of(const CommandLine& command_line) {
  if (!command_line.output.empty()) { return command_line.output; }
  return command_line.file.empty() ? "mesh.yaml" : command_line.file;
}

std::string read_whole(const std::string& path) {
  const UniqueFd opened(path == kStandardStream ? dup(STDIN_FILENO)
                                                : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  auto text = opened ? read_all(opened.get(), kMaxYamlText) : std::nullopt;
  if (!text) { throw SystemError("read " + path, errno); }
  return std::move(*text);
}

void put_network(const CommandLine& command_line, Draft& draft) {
  if (!command_line.network.empty()) {
    draft.network = parse_prefix(command_line.network);
    draft.network_note.clear();
  }
  if (draft.network) { return; }
  std::array<std::uint8_t, 5> global_id{};
  randombytes_buf(global_id.data(), global_id.size());
  draft.network = unique_local_network(global_id);
  draft.network_note =
      "A private IPv6 prefix, drawn at random (RFC 4193). Any other that the nodes have no use for "
      "will do, IPv4 too.";
}

Draft first_draft(const CommandLine& command_line) {
  Draft draft;
  if (!command_line.from.empty()) {
    SourceName source = parse_source_name(command_line.from);
    const std::string text = read_whole(source.file);
    if (source.file == kStandardStream) { source.file = "standard input"; }
    draft = read_source(source, text);
  }
  if (!command_line.name.empty()) { draft.name = command_line.name; }
  put_network(command_line, draft);
  return draft;
}

// The names of the nodes that are logged in to: those of the draft that a word means, and new ones.
std::set<std::string> put_hosts(const CommandLine& command_line, Draft& draft) {
  std::set<std::string> names;
  for (const std::string& word : command_line.nodes) {
    const SshTarget target = parse_ssh_target(word);
    const auto known = std::ranges::find_if(draft.nodes, [&](const DraftNode& node) {
      return node.name == word || is_same_machine(node.target, target);
    });
    if (known != draft.nodes.end()) {
      names.insert(known->name);
      continue;
    }
    DraftNode node;
    node.name = parse_ip(target.host) ? target.host : target.host.substr(0, target.host.find('.'));
    node.name_is_open = true;
    node.target = target;
    add_node(draft, std::move(node));
    names.insert(draft.nodes.back().name);
  }
  return names;
}

Mesh mesh_of(const Draft& draft, const std::set<std::string>& names) {
  Mesh mesh;
  mesh.name = draft.name;
  mesh.network = *draft.network;
  mesh.underlay = default_underlay(mesh.name);
  for (const DraftNode& planned : draft.nodes) {
    if (!names.contains(planned.name)) { continue; }
    Node& node = mesh.nodes.emplace_back();
    node.name = planned.name;
    node.target = planned.target;
    node.listen_port = listen_port_of(planned);
  }
  return mesh;
}

int exit_code_for(const std::map<std::string, NodeFailure>& failures) {
  const auto any = [&](NodeFailure::Kind kind) {
    return std::ranges::any_of(failures,
                               [&](const auto& failure) { return failure.second.kind == kind; });
  };
  if (any(NodeFailure::Kind::kInterrupted)) { return kExitInterrupted; }
  if (any(NodeFailure::Kind::kUnreachable)) { return kExitUnreachable; }
  return failures.empty() ? kExitDone : kExitFailed;
}

// Logs in to the hosts and puts what they tell into the draft. A host that cannot be asked has no entry that anybody
// could stand by, and another run costs little: so the exit code is not kExitDone, and nothing is to be written.
int survey(const CommandLine& command_line, Draft& draft) {
  const Mesh mesh = mesh_of(draft, put_hosts(command_line, draft));
  CommandLine all = command_line;
  all.nodes.clear();
  Run run(all, mesh);
  const auto hosts = run.ask_surveys();
  run.progress().close(false);
  if (run.signals().requested()) { return kExitInterrupted; }
  put_facts(draft, hosts);
  return exit_code_for(run.fleet().failures());
}

Error exists_already(const std::string& path) { return Error(say<"init-file-exists">(path)); }

void write_new(const std::string& path, const std::string& text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file && errno == EEXIST) { throw exists_already(path); }
  if (!file) { throw SystemError("write " + path, errno); }
  if (write_all(file.get(), text)) { return; }
  const int error_number = errno;
  unlink(path.c_str());  // else the next attempt finds half a file in its way
  throw SystemError("write " + path, error_number);
}

// The file as `mesh conf` will see it. What its comments ask for may still be missing.
void warn_if_unfinished(const std::string& text, const std::string& path, Progress& progress) {
  try {
    read_mesh_file(text, path);
  } catch (const MeshFileFaults& faults) {
    for (const Fault& fault : faults.faults()) {
      progress.warn({}, say<"init-file-unfinished">(to_text(fault)));
    }
  }
}

}  // namespace

int run_init(const CommandLine& command_line) {
  const std::string path = output_of(command_line);
  // Before anybody is asked for anything; write_new looks once more.
  struct stat ignored {};
  if (path != kStandardStream && lstat(path.c_str(), &ignored) == 0) { throw exists_already(path); }
  Draft draft = first_draft(command_line);
  if (!command_line.nodes.empty()) {
    if (const int exit_code = survey(command_line, draft); exit_code != kExitDone) {
      return exit_code;
    }
  }
  number_nodes(draft);
  settle_endpoints(draft);
  const std::string text = render_draft(draft);
  Progress progress(command_line.progress, {}, STDERR_FILENO, command_line.verbose > 0);
  if (path == kStandardStream) {
    put_result(text);
  } else {
    write_new(path, text);
    progress.note({}, fmt::format("{} has {} now; read it, then run `mesh plan`", path,
                                  counted(draft.nodes.size(), "node")));
  }
  warn_if_unfinished(text, path, progress);
  return kExitDone;
}

}  // namespace wgmesh
