#include "controller/init/read_ssh_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "controller/init/foreign_file.h"
#include "controller/text/enumeration.h"
#include "controller/text/lower_case.h"
#include "controller/text/messages.h"

namespace wgmesh {
namespace {

struct Word {
  std::string text;
  Place place;
};

// What stands below one Host line.
struct HostBlock {
  std::vector<Word> names;
  std::string host_name;
  std::string user;
  std::string way;  // the value of ProxyJump or ProxyCommand
};

// The words of a line: keyword, then arguments. Between the two may stand a '='; arguments may be in quotes.
std::vector<Word> words_of_line(std::string_view line, unsigned number, FaultList& faults) {
  std::vector<Word> words;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) { ++at; }
  };
  for (skip_blanks(); at < line.size(); skip_blanks()) {
    if (words.size() == 1 && line[at] == '=') {
      ++at;
      continue;
    }
    if (line[at] == '#') { break; }
    Word word{{}, {number, static_cast<unsigned>(at) + 1}};
    if (line[at] == '"') {
      const std::size_t end = line.find('"', at + 1);
      if (end == line.npos) {
        faults.add(word.place, {}, say<"file-quote-open">());
        return {};
      }
      word.text = line.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      const std::size_t end =
          std::min(line.find_first_of(words.empty() ? " \t\r=" : " \t\r", at), line.size());
      word.text = line.substr(at, end - at);
      at = end;
    }
    words.push_back(std::move(word));
  }
  return words;
}

// A HostName with the tokens that it may have: %h and %%.
std::string with_tokens(const std::string& host_name, const std::string& host) {
  std::string name;
  for (std::size_t i = 0; i < host_name.size(); ++i) {
    if (host_name[i] != '%' || i + 1 == host_name.size()) {
      name += host_name[i];
      continue;
    }
    ++i;
    name += host_name[i] == 'h' ? host : std::string(1, host_name[i]);
  }
  return name;
}

class SshHosts {
 public:
  explicit SshHosts(const std::string& file) : faults_(file) {}

  Draft read(std::string_view text) {
    unsigned number = 0;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      take(words_of_line(line, ++number, faults_));
    }
    end_block();
    expect_nodes(draft_.nodes.size(), "an ssh_config with Host lines that name hosts", faults_);
    put_notes();
    return std::move(draft_);
  }

 private:
  void take(const std::vector<Word>& words) {
    if (words.empty()) { return; }
    const std::string keyword = lower_case(words.front().text);
    const std::string value = words.size() > 1 ? words[1].text : std::string();
    if (keyword == "host" || keyword == "match") {
      end_block();
      if (keyword == "host") { block_.emplace().names.assign(words.begin() + 1, words.end()); }
      return;
    }
    if (keyword == "include") { has_includes_ = true; }
    if (!block_) { return; }
    // ssh takes the first value of a keyword.
    const auto put = [&](std::string& field) {
      if (field.empty()) { field = value; }
    };
    if (keyword == "hostname") { put(block_->host_name); }
    if (keyword == "user") { put(block_->user); }
    if (keyword == "proxyjump" || keyword == "proxycommand") { put(block_->way); }
  }

  void end_block() {
    if (!block_) { return; }
    const HostBlock block = *std::exchange(block_, std::nullopt);
    for (const Word& word : block.names) {
      if (word.text.find_first_of("*?!") != std::string::npos) { continue; }
      if (block.user == "git") {
        code_hosts_.push_back(shown(word.text));
        continue;
      }
      add(word, block);
      // Names that share an address are one machine.
      const bool is_one =
          !block.host_name.empty() && block.host_name.find("%h") == std::string::npos;
      if (is_one) { return; }
    }
  }

  void add(const Word& word, const HostBlock& block) {
    const auto target = ssh_target_in(word.text, word.place, "Host", faults_);
    if (!target) { return; }
    DraftNode node;
    node.name = word.text;
    node.target = *target;
    const std::string host =
        block.host_name.empty() ? target->host : with_tokens(block.host_name, word.text);
    if (block.way.empty() || lower_case(block.way) == "none") {
      node.endpoint = HostAndPort{host, {}};
    } else {
      node.no_endpoint = fmt::format(
          "SSH reaches it by way of {}. If its peers can send to it, write the address that they "
          "reach it at.",
          shown(block.way));
    }
    add_node(draft_, std::move(node));
  }

  void put_notes() {
    draft_.notes.emplace_back(
        "Endpoints are where SSH goes, and nobody has looked whether peers reach each other there. "
        "Delete hosts that "
        "are not to be in the mesh.");
    if (!code_hosts_.empty()) {
      draft_.notes.push_back(
          fmt::format("Left out, since their user is git: {}.", enumerated(code_hosts_)));
    }
    if (has_includes_) {
      draft_.notes.emplace_back("Files that the ssh_config includes were not read.");
    }
  }

  FaultList faults_;
  Draft draft_;
  std::optional<HostBlock> block_;
  std::vector<std::string> code_hosts_;
  bool has_includes_ = false;
};

}  // namespace

Draft read_ssh_config(std::string_view text, const std::string& file) {
  check_foreign_text(text, file);
  return SshHosts(file).read(text);
}

}  // namespace wgmesh
