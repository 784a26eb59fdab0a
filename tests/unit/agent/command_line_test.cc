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
  EXPECT_EQ(help_for(""), kUsage);
  EXPECT_THAT(help_for("status"), ::testing::StartsWith("usage:\n  wgmesh-agent status [MESH]"));
  EXPECT_THAT(help_for("status"), ::testing::Not(::testing::HasSubstr("restore")));
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
}

TEST(CommandLine, WhatItDoesNotKnowIsAnError) {
  struct Case {
    std::vector<std::string> words;
    const char* message;
    const char* id;
  };
  const char* const misplaced = "usage-option-misplaced";
  const char* const unwanted = "usage-words-unwanted";
  for (const Case& bad :
       {Case{{}, "a command is missing", "usage-command-missing"},
        {{"up"}, "unknown command 'up'; did you mean 'restore'?", "usage-command-unknown"},
        {{"down"}, "down needs a MESH", "usage-mesh-missing"},
        {{"down", "a", "b"}, "down takes one MESH, and got a b", unwanted},
        {{"serve", "x"}, "serve takes no MESH, and got x", unwanted},
        {{"status", "-x"}, "unknown option -x", "usage-option-unknown"},
        {{"status", "--xx"}, "unknown option --xx", "usage-option-unknown"},
        {{"serve", "--json"}, "--json goes with status", misplaced},
        {{"restore", "--fleeting"}, "--fleeting goes with serve", misplaced},
        {{"status", "-r"}, "-r goes with down", misplaced},
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
