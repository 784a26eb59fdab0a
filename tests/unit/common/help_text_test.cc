#include "common/help_text.h"

#include <gtest/gtest.h>

#include <array>

namespace wgmesh::help_text_test {
namespace {

constexpr std::array kCommands = {
    CommandRow{.name = "make",
               .arguments = "[THING...]",
               .summary = "make things",
               .description = "Makes things\nand more.\n\nTwice.",
               .forms = "wide json name",
               .changes_nodes = true},
    CommandRow{.name = "look", .summary = "look at them", .description = "Looks.", .most = 0},
};
constexpr std::array kOptions = {
    OptionRow{.letter = 'n', .name = "dry-run", .commands = 1, .help = "only list"},
    OptionRow{.letter = 'o',
              .name = "format",
              .commands = 1,
              .help = "the form",
              .kind = ValueKind::kForm,
              .value = "FORM"},
    OptionRow{.name = "a-name-that-is-very-long", .help = "told below its name"},
};
constexpr std::array kExits = {ExitRow{0, "done"}, ExitRow{1, "failed"}};

CommandTable table() {
  return {"tool", "It makes things.", "COMMAND", "  tool make\n", kCommands, kOptions, kExits};
}

TEST(HelpText, ListsCommandsAndWhatMostOfThemTake) {
  EXPECT_EQ(help_overview(table()), R"(It makes things.

usage: tool [OPTION...] COMMAND

commands:
  make  make things
  look  look at them

examples:
  tool make

`tool COMMAND --help` lists a command's own options.

options of most commands, before or after the command:
      --a-name-that-is-very-long
                          told below its name

exit codes: 0 done; 1 failed
)");
}

TEST(HelpText, TellsACommandWithItsOptions) {
  EXPECT_EQ(help_of(table(), kCommands[0]), R"(usage: tool make [OPTION...] [THING...]

Makes things and more.

Twice.

  -n, --dry-run           only list
  -o, --format FORM       the form: wide, json or name

options of every command:
      --a-name-that-is-very-long
                          told below its name

exit codes: 0 done; 1 failed
)");
  EXPECT_TRUE(help_of(table(), kCommands[1])
                  .starts_with("usage: tool look\n\nLooks.\n\noptions of every command:\n"));
}

TEST(HelpText, BreaksLinesBetweenWords) {
  const std::string word(30, 'x');
  EXPECT_EQ(wrapped(word + " " + word + " " + word, 0, 2), word + " " + word + "\n  " + word);
  EXPECT_EQ(wrapped("a\nb", 0, 0), "a b");
  EXPECT_EQ(wrapped(std::string(100, 'y'), 10, 10), std::string(100, 'y'));
}

}  // namespace
}  // namespace wgmesh::help_text_test
