#include "controller/text/shell_words.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/error.h"

namespace wgmesh::shell_words_test {
namespace {

using testing::ElementsAre;

TEST(SplitWords, CutsAtBlanks) {
  EXPECT_THAT(split_words("docker exec -i clab-lab-n1"),
              ElementsAre("docker", "exec", "-i", "clab-lab-n1"));
  EXPECT_THAT(split_words("  ip\tnetns  exec\nn1 "), ElementsAre("ip", "netns", "exec", "n1"));
}

TEST(SplitWords, QuotesKeepBlanksAndJoinWords) {
  EXPECT_THAT(split_words("a 'b c' \"d e\" f'g'\"h\""), ElementsAre("a", "b c", "d e", "fgh"));
  EXPECT_THAT(split_words("a '' \"\""), ElementsAre("a", "", ""));
  EXPECT_THAT(split_words("'$HOME `x` \\'"), ElementsAre("$HOME `x` \\"));
}

TEST(SplitWords, BackslashesEscapeAsPosixSays) {
  EXPECT_THAT(split_words("a\\ b \\'c \\\\"), ElementsAre("a b", "'c", "\\"));
  EXPECT_THAT(split_words("\"a\\\"b\\\\c\\d\\$\""), ElementsAre("a\"b\\c\\d$"));
  EXPECT_THAT(split_words("one\\\ntwo"), ElementsAre("onetwo"));
}

TEST(SplitWords, AnEqualsSignElsewhereIsALetter) {
  EXPECT_THAT(split_words("env A=b sh"), ElementsAre("env", "A=b", "sh"));
  EXPECT_THAT(split_words("/opt/a=b sh"), ElementsAre("/opt/a=b", "sh"));
  EXPECT_THAT(split_words("1a=b"), ElementsAre("1a=b"));
}

TEST(SplitWords, TildesAndHashesInsideAWordAreLetters) {
  EXPECT_THAT(split_words("a~b c#d"), ElementsAre("a~b", "c#d"));
}

struct BadCommand {
  std::string text;
  const char* message;
  const char* id;
};

class BadCommands : public testing::TestWithParam<BadCommand> {};

TEST_P(BadCommands, AreRefused) {
  try {
    split_words(GetParam().text);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.id(), GetParam().id);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCommands,
    testing::ValuesIn(std::vector<BadCommand>{
        BadCommand{"", "expected a command", "command-empty"},
        BadCommand{" \n", "expected a command", "command-empty"},
        BadCommand{std::string("a\0b", 3), "a NUL octet cannot be part of a command",
                   "command-nul"},
        BadCommand{"a 'b", "the quote ' is not closed", "command-quote-open"},
        BadCommand{"a \"b", "the quote \" is not closed", "command-quote-open"},
        BadCommand{"a \\", "the backslash at the end escapes nothing", "command-backslash-last"},
        BadCommand{"a; b", "no shell reads this command, so ; has no meaning; quote it",
                   "command-shell-syntax"},
        BadCommand{"a | b", "no shell reads this command, so | has no meaning; quote it",
                   "command-shell-syntax"},
        BadCommand{"a $B", "no shell reads this command, so $ has no meaning; quote it",
                   "command-shell-syntax"},
        BadCommand{"a \"$B\"", "no shell reads this command, so $ has no meaning; quote it",
                   "command-shell-syntax"},
        BadCommand{"A_1=x docker exec -i n1",
                   "no shell reads this command, so A_1=… in front of it has no meaning; write env "
                   "A_1=… and then the command",
                   "command-assignment"},
        BadCommand{"_X= sh",
                   "no shell reads this command, so _X=… in front of it has no meaning; write env "
                   "_X=… and then the command",
                   "command-assignment"},
        BadCommand{"~/x", "no shell reads this command, so ~ has no meaning; quote it",
                   "command-shell-syntax"},
        BadCommand{"a #b", "no shell reads this command, so # has no meaning; quote it",
                   "command-shell-syntax"}}));

}  // namespace
}  // namespace wgmesh::shell_words_test
