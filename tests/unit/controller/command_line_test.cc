#include "controller/command_line.h"
#include "controller/load_mesh.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "controller/show/progress_mode.h"

namespace wgmesh::command_line_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

CommandLine parsed(const std::vector<std::string>& arguments) {
  const auto result = parse_command_line(arguments);
  if (const auto* exit = std::get_if<UsageExit>(&result)) {
    ADD_FAILURE() << exit->err << exit->out;
    return {};
  }
  return std::get<CommandLine>(result);
}

UsageExit refused(const std::vector<std::string>& arguments) {
  const auto result = parse_command_line(arguments);
  if (const auto* exit = std::get_if<UsageExit>(&result)) { return *exit; }
  ADD_FAILURE() << "accepted";
  return {};
}

TEST(CommandLine, HasDefaults) {
  CommandLine expected;
  expected.verb = Verb::kUp;
  EXPECT_EQ(parsed({"up"}), expected);
}

TEST(CommandLine, TakesFlagsBeforeAndAfterTheVerb) {
  EXPECT_EQ(parsed({"-n", "-f", "x.yaml", "up", "-J"}), parsed({"up", "-Jn", "--file=x.yaml"}));
  EXPECT_EQ(parsed({"-r", "down", "a", "-q", "b"}), parsed({"down", "a", "b", "-r", "-q"}));
  EXPECT_THAT(parsed({"-r", "down", "a", "-q", "b"}).nodes, ElementsAre("a", "b"));
}

TEST(CommandLine, ReadsEveryOption) {
  const CommandLine up =
      parsed({"up", "-f", "-", "-j", "-J", "-vv", "-i", "--interactive", "--no-wait",
              "--confirm-timeout", "90", "-K", "--accept-new-host-keys", "--progress", "json"});
  EXPECT_EQ(up.file, "-");
  EXPECT_TRUE(up.json_in && up.json_out && up.show_info && up.interactive && up.no_wait);
  EXPECT_TRUE(up.ask_become_pass && up.accept_new_host_keys);
  EXPECT_EQ(up.verbose, 2);
  EXPECT_EQ(up.confirm_timeout, 90U);
  EXPECT_EQ(up.progress, ProgressMode::kJson);
  EXPECT_TRUE(parsed({"up", "--dry-run"}).dry_run);
  EXPECT_TRUE(parsed({"down", "--remove"}).remove);
  EXPECT_TRUE(parsed({"plan", "--detailed-exitcode"}).detailed_exitcode);
  EXPECT_TRUE(parsed({"show", "--dump"}).dump);
  EXPECT_TRUE(parsed({"conf", "--schema"}).schema);
  const CommandLine sync = parsed({"sync", "-n", "-i", "--skip-unreachable", "--no-wait"});
  EXPECT_EQ(sync.verb, Verb::kSync);
  EXPECT_TRUE(sync.dry_run && sync.show_info && sync.skip_unreachable && sync.no_wait);
  EXPECT_TRUE(parsed({"up", "--skip-unreachable"}).skip_unreachable);
  EXPECT_THAT(parsed({"rotate", "a", "-i"}).nodes, ElementsAre("a"));
  EXPECT_EQ(parsed({"check", "-J"}).verb, Verb::kCheck);
  EXPECT_TRUE(parsed({"down", "a", "--skip-unreachable"}).skip_unreachable);
}

TEST(CommandLine, ChoosesTheFormOfAResult) {
  EXPECT_EQ(parsed({"status"}).form, OutputForm::kUsual);
  EXPECT_EQ(parsed({"status", "-o", "wide", "a", "-w"}).form, OutputForm::kWide);
  EXPECT_TRUE(parsed({"status", "-o", "wide", "a", "-w"}).watch);
  EXPECT_EQ(parsed({"status", "-o", "name"}).form, OutputForm::kName);
  EXPECT_EQ(parsed({"info", "--format=yaml"}).form, OutputForm::kYaml);
  EXPECT_EQ(parsed({"check", "-o", "json"}), parsed({"check", "-J"}));
  EXPECT_EQ(parsed({"check", "-J", "-o", "json"}), parsed({"check", "-J"}));
  EXPECT_TRUE(parsed({"plan", "-o", "json"}).json_out);
  EXPECT_EQ(refused({"info", "-o", "wide"}).err,
            "mesh: --format of 'info' is yaml, json, not 'wide'\n  try: mesh info --help\n");
  EXPECT_THAT(refused({"status", "-o", "xml"}).err,
              HasSubstr("--format of 'status' is wide, json, yaml, name, not 'xml'"));
  EXPECT_THAT(refused({"status", "-J", "-o", "yaml"}).err,
              HasSubstr("--format and --json-out are two formats"));
  EXPECT_THAT(refused({"show", "--dump", "-o", "json"}).err,
              HasSubstr("--dump and --json-out are two formats"));
  EXPECT_TRUE(parsed({"up", "-o", "json"}).json_out);
  EXPECT_THAT(refused({"info", "-w"}).err, HasSubstr("does not go with 'info', only with status"));
}

TEST(CommandLine, QuietSilencesProgress) {
  EXPECT_EQ(parsed({"info", "-q"}).progress, ProgressMode::kQuiet);
}

TEST(CommandLine, RefusesBadUsageWithTheNearestWord) {
  EXPECT_EQ(refused({"dwon"}).exit_code, 64);
  EXPECT_EQ(refused({"dwon"}).err,
            "mesh: unknown command 'dwon'; did you mean 'down'?\n  try: mesh --help\n");
  EXPECT_EQ(refused({"up", "--dry-rnu"}).err,
            "mesh: unknown option '--dry-rnu'; did you mean '--dry-run'?\n  try: mesh up --help\n");
  EXPECT_EQ(refused({"up", "-r"}).err,
            "mesh: --remove does not go with 'up', only with down\n  try: mesh up --help\n");
  EXPECT_THAT(refused({"up", "mesh0"}).err, HasSubstr("takes no node names, but got 'mesh0'"));
  EXPECT_THAT(refused({"show", "--dump", "-J"}).err,
              StartsWith("mesh: --dump and --json-out are two formats; choose one\n"));
  EXPECT_THAT(refused({"up", "-q", "-v"}).err,
              StartsWith("mesh: --quiet and --verbose exclude each other\n"));
  EXPECT_THAT(refused({"up", "-n", "--interactive"}).err,
              StartsWith("mesh: --dry-run changes nothing, so --interactive has nothing to ask\n"));
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"up", "--progress", "loud"},
                                             {"up", "--confirm-timeout", "1"},
                                             {"-f"},
                                             {"up", "-q", "-v"},
                                             {"snyc"},
                                             {"sync", "mesh0"},
                                             {"info", "--skip-unreachable"},
                                             {"check", "mesh0"},
                                             {"check", "--no-wait"},
                                             {"up", "-x"},
                                             {"up", "--confirm-timeout", "soon"},
                                             {"up", "-f", "a", "-f", "b"}}) {
    EXPECT_EQ(refused(arguments).exit_code, 64) << testing::PrintToString(arguments);
    EXPECT_THAT(refused(arguments).err, StartsWith("mesh: "));
    EXPECT_EQ(refused(arguments).out, "");
  }
}

TEST(CommandLine, SaysWhatAnOptionTakes) {
  EXPECT_THAT(refused({"conf", "--progress", "foo"}).err,
              HasSubstr("--progress is auto, tty, plain, json or quiet, not 'foo'"));
  EXPECT_THAT(refused({"up", "--confirm-timeout", "1"}).err,
              HasSubstr("--confirm-timeout is 2 to 3600 seconds, not 1"));
  EXPECT_THAT(refused({"up", "--confirm-timeout"}).err, HasSubstr("SECONDS"));
}

TEST(CommandLine, SaysWhatIsWrongWithAValueInItsOwnWords) {
  const auto said = [](const std::vector<std::string>& arguments) {
    const std::string text = refused(arguments).err;
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(said({"up", "-f"}), "mesh: --file wants a value: --file FILE");
  EXPECT_EQ(said({"up", "--confirm-timeout"}),
            "mesh: --confirm-timeout wants a value: --confirm-timeout SECONDS");
  EXPECT_EQ(said({"-f", "a", "up", "--file", "b"}), "mesh: --file is given twice");
  EXPECT_EQ(said({"up", "--confirm-timeout", "soon"}),
            "mesh: --confirm-timeout wants a number of seconds, not 'soon'");
  EXPECT_EQ(said({"up", "--confirm-timeout=99999999999"}),
            "mesh: --confirm-timeout wants a number of seconds, not '99999999999'");
  EXPECT_EQ(said({"up", "--no-wait=please"}), "mesh: --no-wait takes no value");
  EXPECT_EQ(said({"up", "--file="}), "mesh: an option's value is missing or cannot be read");
  for (const auto& arguments :
       {std::vector<std::string>{"up", "-f"}, {"up", "-f", "a", "-f", "b"}}) {
    EXPECT_THAT(said(arguments), Not(HasSubstr("required")));
  }
}

TEST(CommandLine, KnowsOtherToolsWords) {
  EXPECT_THAT(refused({"apply"}).err, HasSubstr("unknown command 'apply'; here it is 'mesh up'"));
  EXPECT_THAT(refused({"destroy"}).err, HasSubstr("here it is 'mesh down -r'"));
  EXPECT_THAT(refused({"ps"}).err, HasSubstr("here it is 'mesh status'"));
  EXPECT_THAT(refused({"diff"}).err, HasSubstr("here it is 'mesh plan'"));
  EXPECT_THAT(refused({"validate"}).err, HasSubstr("here it is 'mesh conf'"));
}

TEST(CommandLine, HelpIsAResultAndNoCommandIsNot) {
  EXPECT_EQ(refused({"--help"}).exit_code, 0);
  EXPECT_THAT(refused({"--help"}).out, HasSubstr("commands:\n  up "));
  EXPECT_THAT(refused({"down", "-h"}).out, StartsWith("usage: mesh down"));
  EXPECT_THAT(refused({"help", "down"}).out, StartsWith("usage: mesh down"));
  EXPECT_EQ(refused({"help", "frob"}).exit_code, 64);
  EXPECT_EQ(refused({"frob", "--help"}).exit_code, 64);
  EXPECT_EQ(refused({}).exit_code, 64);
  EXPECT_EQ(refused({}).out, "");
  EXPECT_THAT(refused({}).err, HasSubstr("usage: mesh"));
  for (const char* word : {"--version", "-V", "version"}) {
    EXPECT_THAT(refused({word}).out, StartsWith("mesh ")) << word;
  }
}

TEST(CommandLine, HelpFitsATerminal) {
  std::vector<std::vector<std::string>> asked = {{"help"}};
  for (const CommandRow& row : verb_rows()) { asked.push_back({std::string(row.name), "-h"}); }
  for (const auto& arguments : asked) {
    const UsageExit help = refused(arguments);
    EXPECT_EQ(help.exit_code, 0);
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) { EXPECT_LE(line.size(), 80U) << line; }
  }
}

TEST(CommandLine, HasARowForEachVerb) {
  const std::vector<std::pair<Verb, std::string>> names = {
      {Verb::kUp, "up"},         {Verb::kDown, "down"},
      {Verb::kSync, "sync"},     {Verb::kRotate, "rotate"},
      {Verb::kPlan, "plan"},     {Verb::kStatus, "status"},
      {Verb::kShow, "show"},     {Verb::kInfo, "info"},
      {Verb::kCheck, "check"},   {Verb::kGraph, "graph"},
      {Verb::kBench, "bench"},   {Verb::kConf, "conf"},
      {Verb::kHosts, "hosts"},   {Verb::kInit, "init"},
      {Verb::kExport, "export"}, {Verb::kCompletion, "completion"},
      {Verb::kHelp, "help"},     {Verb::kVersion, "version"},
  };
  EXPECT_EQ(names.size(), verb_rows().size());
  for (const auto& [verb, name] : names) { EXPECT_EQ(to_text(verb), name); }
}

TEST(CommandLine, PrintsScriptsForShells) {
  EXPECT_EQ(refused({"completion", "fish"}).exit_code, 0);
  EXPECT_THAT(refused({"completion", "fish"}).out, HasSubstr("complete -c mesh"));
  EXPECT_THAT(refused({"completion"}).err, HasSubstr("'completion' takes bash, zsh or fish\n"));
  EXPECT_THAT(refused({"completion", "tcsh"}).err,
              HasSubstr("'completion' takes bash, zsh or fish, not 'tcsh'"));
  EXPECT_THAT(refused({"completion", "zsh", "bash"}).err,
              HasSubstr("'completion' takes no further word, but got 'bash'"));
  EXPECT_THAT(refused({"completion", "zsh", "-J"}).err, HasSubstr("--json-out does not go with"));
}

TEST(CommandLine, RefusesAbbreviatedOptions) {
  EXPECT_THAT(refused({"up", "--dry"}).err, HasSubstr("unknown option '--dry'"));
  EXPECT_THAT(refused({"status", "-f", "-w"}).err,
              HasSubstr("--file wants a value: --file FILE; '-w' is an option"));
}

TEST(CommandLine, TakesTheBoundsOfABench) {
  EXPECT_EQ(parsed({"bench"}).bench_seconds, 3u);
  EXPECT_EQ(parsed({"bench"}).bench_bytes, 2'000'000'000u);
  EXPECT_FALSE(parsed({"bench"}).beside);
  const CommandLine line =
      parsed({"bench", "n0", "n1", "--seconds", "10", "--max-bytes=500M", "--beside", "-J"});
  EXPECT_EQ(line.bench_seconds, 10u);
  EXPECT_EQ(line.bench_bytes, 500'000'000u);
  EXPECT_TRUE(line.beside && line.json_out);
  EXPECT_THAT(line.nodes, ElementsAre("n0", "n1"));
}

TEST(CommandLine, RefusesBoundsThatABenchCannotHave) {
  EXPECT_THAT(refused({"bench", "--seconds", "0"}).err, HasSubstr("--seconds is 1 to 60 seconds"));
  EXPECT_THAT(refused({"bench", "--seconds", "61"}).err, HasSubstr("--seconds is 1 to 60 seconds"));
  EXPECT_THAT(refused({"bench", "--max-bytes", "much"}).err,
              HasSubstr("--max-bytes is a number of bytes as 1M, 500M or 2G"));
  EXPECT_THAT(refused({"bench", "--max-bytes", "10"}).err, HasSubstr("--max-bytes is a number"));
  EXPECT_THAT(refused({"check", "--beside"}).err, HasSubstr("beside"));
}

TEST(CommandLine, TakesTheFormatOfAGraphFromTheEndingOfItsFile) {
  EXPECT_EQ(parsed({"graph"}).graph_format, GraphFormat::kMermaid);
  EXPECT_EQ(parsed({"graph", "--output", "a.b.html"}).graph_format, GraphFormat::kHtml);
  EXPECT_EQ(parsed({"graph", "--output=a.dot", "n0", "--offline"}).graph_format, GraphFormat::kDot);
  EXPECT_EQ(parsed({"graph", "--output", "-"}).graph_format, GraphFormat::kMermaid);
  EXPECT_EQ(parsed({"graph", "--format", "svg"}).graph_format, GraphFormat::kSvg);
  EXPECT_EQ(parsed({"graph", "-o", "dot", "--output", "a.txt"}).graph_format, GraphFormat::kDot);
  EXPECT_THAT(
      refused({"graph", "--output", "a.png"}).err,
      HasSubstr("--output ends in .dot, .mmd, .svg or .html without --format, not 'a.png'"));
  EXPECT_THAT(refused({"graph", "--format", "png"}).err,
              HasSubstr("--format of 'graph' is mmd, dot, svg, html, not 'png'"));
  EXPECT_THAT(refused({"graph", "-J"}).err, HasSubstr("--json-out does not go with 'graph'"));
  EXPECT_THAT(refused({"info", "--offline"}).err, HasSubstr("only with graph"));
}

TEST(CommandLine, InitTakesHostsOrAFile) {
  const CommandLine line = parsed({"init", "ops@web1:2222", "2001:db8::1", "--from", "ansible:x",
                                   "--network", "fd00::/64", "--name", "lan", "--output", "-"});
  EXPECT_EQ(line.verb, Verb::kInit);
  EXPECT_THAT(line.nodes, ElementsAre("ops@web1:2222", "2001:db8::1"));
  EXPECT_EQ(line.from, "ansible:x");
  EXPECT_EQ(line.network, "fd00::/64");
  EXPECT_EQ(line.name, "lan");
  EXPECT_EQ(line.output, "-");
  EXPECT_EQ(parsed({"init", "--from", "x"}).nodes.size(), 0U);
  EXPECT_EQ(refused({"init"}).said.id, "usage-init-wants-hosts");
  EXPECT_THAT(refused({"init", "a", "--network", "fd00::1/64"}).err,
              HasSubstr("--network is a network with prefix length, such as 10.0.0.0/24, not "
                        "'fd00::1/64'"));
  EXPECT_THAT(refused({"init", "a", "--network", "fd00::"}).err, HasSubstr("not 'fd00::'"));
  for (const char* name : {"bin", "a b", "thirteen-long"}) {
    EXPECT_THAT(refused({"init", "a", "--name", name}).err, HasSubstr("--name is 1 to 12"));
  }
  EXPECT_THAT(refused({"init", "a", "b;c"}).err,
              HasSubstr("HOST is [user@]host[:port] (the host has a ; in it), not 'b;c'"));
  EXPECT_THAT(refused({"init", "a", "-J"}).err, HasSubstr("does not go with 'init'"));
  EXPECT_THAT(refused({"up", "--from", "x"}).err, HasSubstr("only with init"));
}

TEST(CommandLine, DetailedExitCodesAreForDryRuns) {
  EXPECT_TRUE(parsed({"plan", "--detailed-exitcode"}).detailed_exitcode);
  for (const char* verb : {"up", "sync", "down", "rotate"}) {
    EXPECT_TRUE(parsed({verb, "-n", "--detailed-exitcode"}).detailed_exitcode) << verb;
    EXPECT_THAT(refused({verb, "--detailed-exitcode"}).err,
                HasSubstr(std::string(verb) + " --dry-run"));
  }
}

TEST(CommandLine, TellsBadUsageToPrograms) {
  const UsageExit usage = refused({"up", "-J", "--frobnicate"});
  EXPECT_TRUE(usage.json_out);
  EXPECT_EQ(usage.command, "up");
  EXPECT_EQ(usage.said.id, "usage-option-unknown");
  EXPECT_FALSE(refused({"up", "--frobnicate"}).json_out);
  EXPECT_TRUE(refused({"up", "-o", "json", "--frobnicate"}).json_out);
  EXPECT_FALSE(refused({"up", "--frobnicate", "-o"}).json_out);
}

TEST(CommandLine, FindsTheMeshFile) {
  const auto before = std::filesystem::current_path();
  const auto folder = std::filesystem::path(testing::TempDir()) / "wgmesh-command-line";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::filesystem::current_path(folder);
  EXPECT_EQ(default_mesh_file(), "mesh.yaml");
  std::ofstream("mesh.json") << "{}";
  EXPECT_EQ(default_mesh_file(), "mesh.json");
  std::ofstream("mesh.yml") << "{}";
  EXPECT_EQ(default_mesh_file(), "mesh.yml");
  setenv("WGMESH_FILE", "/etc/lab.yaml", 1);
  EXPECT_EQ(default_mesh_file(), "/etc/lab.yaml");
  setenv("WGMESH_FILE", "", 1);
  EXPECT_EQ(default_mesh_file(), "mesh.yml");
  unsetenv("WGMESH_FILE");
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wgmesh::command_line_test
