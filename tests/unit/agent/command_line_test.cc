#include "agent/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wgmesh::command_line_test {
namespace {

CommandLine parse(std::vector<std::string> words) {
  words.insert(words.begin(), "wgmesh-agent");
  std::vector<char*> argv;
  for (std::string& word : words) { argv.push_back(word.data()); }
  argv.push_back(nullptr);
  return parse_command_line(static_cast<int>(words.size()), argv.data());
}

TEST(CommandLine, Verbs) {
  EXPECT_EQ(parse({"serve"}).verb, Verb::kServe);
  EXPECT_FALSE(parse({"serve"}).fleeting);
  EXPECT_TRUE(parse({"serve", "--fleeting"}).fleeting);
  EXPECT_EQ(parse({"status"}).verb, Verb::kStatus);
  EXPECT_EQ(parse({"restore"}).verb, Verb::kRestore);
  EXPECT_EQ(parse({"restore", "test"}).mesh, "test");
  EXPECT_EQ(parse({"locate", "test"}).verb, Verb::kLocate);
  EXPECT_EQ(parse({"locate", "test"}).mesh, "test");
  EXPECT_THROW(parse({"locate"}), UsageError);
  EXPECT_EQ(parse({"version"}).verb, Verb::kVersion);
  EXPECT_EQ(parse({"--version"}).verb, Verb::kVersion);
  EXPECT_FALSE(parse({"version"}).verbose);
  EXPECT_TRUE(parse({"version", "-v"}).verbose);
  EXPECT_TRUE(parse({"--verbose", "--version"}).verbose);
  EXPECT_EQ(parse({"--help"}).verb, Verb::kHelp);
}

TEST(CommandLine, HelpIsAboutACommandOrAll) {
  EXPECT_EQ(parse({"help"}).verb, Verb::kHelp);
  EXPECT_EQ(parse({"help"}).topic, "");
  for (const auto& words : {std::vector<std::string>{"help", "status"},
                            {"status", "--help"},
                            {"-h", "status"},
                            {"status", "test", "-h"}}) {
    EXPECT_EQ(parse(words).verb, Verb::kHelp);
    EXPECT_EQ(parse(words).topic, "status");
  }
  EXPECT_THAT(help_for(""), ::testing::HasSubstr("commands:\n  serve "));
  EXPECT_THAT(help_for("status"),
              ::testing::StartsWith("usage: wgmesh-agent status [OPTION...] [MESH]\n"));
  EXPECT_THAT(help_for("status"), ::testing::Not(::testing::HasSubstr("restore")));
  EXPECT_THAT(help_for("status"), ::testing::HasSubstr("  -J, --json-out "));
  EXPECT_THAT(help_for("down"), ::testing::HasSubstr("-r"));
}

TEST(CommandLine, NamesTheNearestCommand) {
  const auto said = [](const std::string& word) {
    try {
      parse({word});
    } catch (const UsageError& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_EQ(said("stauts"), "unknown command 'stauts'; did you mean 'status'?");
  EXPECT_EQ(said("up"), "unknown command 'up'; did you mean 'restore'?");
  EXPECT_EQ(said("show"), "unknown command 'show'; did you mean 'status'?");
  EXPECT_EQ(said("xyzzy"), "unknown command 'xyzzy'");
}

TEST(CommandLine, FlagsStandAnywhere) {
  for (const auto& words : {std::vector<std::string>{"down", "test", "-r"},
                            {"-r", "down", "test"},
                            {"down", "--remove", "test"}}) {
    const CommandLine line = parse(words);
    EXPECT_EQ(line.verb, Verb::kDown);
    EXPECT_EQ(line.mesh, "test");
    EXPECT_TRUE(line.remove);
  }
  EXPECT_TRUE(parse({"status", "--json"}).as_json);
  EXPECT_EQ(parse({"-V"}).verb, Verb::kVersion);
}

TEST(CommandLine, AStatusHasOneForm) {
  EXPECT_FALSE(parse({"status"}).as_metrics);
  EXPECT_TRUE(parse({"status", "-J"}).as_document);
  EXPECT_FALSE(parse({"status", "-J"}).as_json);
  EXPECT_TRUE(parse({"status", "--prometheus"}).as_metrics);
  EXPECT_EQ(parse({"status", "--prometheus"}).output, "");
  EXPECT_EQ(parse({"status", "--prometheus", "--output", "/x"}).output, "/x");
  EXPECT_FALSE(parse({"status"}).as_check);
  EXPECT_TRUE(parse({"status", "test", "--check"}).as_check);
  EXPECT_EQ(parse({"status", "--check"}).limits, CheckLimits());
  const CommandLine line = parse(
      {"status", "--check", "--handshake-age=180", "--warning", "1", "--critical", "0", "test"});
  EXPECT_EQ(line.limits, (CheckLimits{.handshake_age = 180, .warning = 1, .critical = 0}));
  EXPECT_EQ(line.mesh, "test");
}

TEST(CommandLine, WhatItDoesNotKnowIsAnError) {
  struct Case {
    std::vector<std::string> words;
    const char* message;
    const char* id;
  };
  const char* const misplaced = "usage-option-misplaced";
  const char* const unwanted = "usage-words-unwanted";
  const char* const no_value = "usage-value-missing";
  const char* const no_number = "usage-number-invalid";
  for (const Case& bad :
       {Case{{}, "a command is missing", "usage-command-missing"},
        {{"up"}, "unknown command 'up'; did you mean 'restore'?", "usage-command-unknown"},
        {{"down"}, "down needs a MESH", "usage-mesh-missing"},
        {{"down", "a", "b"}, "down takes one MESH, and got a b", unwanted},
        {{"serve", "x"}, "serve takes no MESH, and got x", unwanted},
        {{"status", "-x"}, "unknown option -x", "usage-option-unknown"},
        {{"status", "--xx"}, "unknown option --xx", "usage-option-unknown"},
        {{"status", "--chekc"},
         "unknown option --chekc; did you mean '--check'?",
         "usage-option-unknown"},
        {{"status", "--check=1"}, "--check takes no value", "usage-value-unwanted"},
        {{"status", "--check", "--warning", "1", "--warning=2"},
         "--warning is given twice",
         "usage-option-repeated"},
        {{"serve", "--json"}, "--json goes with status", misplaced},
        {{"restore", "--fleeting"}, "--fleeting goes with serve", misplaced},
        {{"status", "-r"}, "-r goes with down", misplaced},
        {{"down", "test", "--check"}, "--check goes with status", misplaced},
        {{"restore", "--prometheus"}, "--prometheus goes with status", misplaced},
        {{"status", "--output", "x"}, "--output goes with status --prometheus", misplaced},
        {{"status", "--warning", "1"}, "--warning goes with status --check", misplaced},
        {{"status", "-J", "--json"}, "-J and --json exclude each other", "usage-options-exclusive"},
        {{"restore", "-J"}, "-J goes with status", misplaced},
        {{"status", "--json", "--check"},
         "--json and --check exclude each other",
         "usage-options-exclusive"},
        {{"status", "--prometheus", "--output"}, "--output needs a value", no_value},
        {{"status", "--prometheus", "--output", ""}, "--output needs a value", no_value},
        {{"status", "--check", "--critical", "-1"},
         "--critical takes a number from 0 to 65535, and got '-1'",
         no_number},
        {{"status", "--check", "--handshake-age", "5m"},
         "--handshake-age takes a number from 1 to 31536000, and got '5m'",
         no_number},
        {{"status", "-v"}, "-v goes with version", misplaced}}) {
    try {
      parse(bad.words);
      ADD_FAILURE() << bad.message;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.message(), bad.message);
      EXPECT_EQ(error.id(), bad.id);
    }
  }
}

}  // namespace
}  // namespace wgmesh::command_line_test
