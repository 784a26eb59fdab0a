#include "common/scan_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace wgmesh::scan_options_test {
namespace {

using Kind = OptionFault::Kind;
using testing::ElementsAre;

constexpr std::array kOptions = {
    OptionRow{.letter = 'f', .name = "file", .kind = ValueKind::kFile, .value = "FILE"},
    OptionRow{.letter = 'v', .name = "verbose"},
    OptionRow{.letter = 'q', .name = "quiet"},
    OptionRow{
        .name = "seconds", .kind = ValueKind::kNumber, .value = "N", .least = 2, .most = 3600},
    OptionRow{.name = "mode", .kind = ValueKind::kWord, .value = "MODE", .words = "auto plain"},
};

ScannedLine scanned(const std::vector<std::string>& arguments) {
  return scan_options(kOptions, arguments);
}

void expect_fault(const std::vector<std::string>& arguments, Kind kind, const std::string& written,
                  const std::string& value = {}) {
  const ScannedLine line = scanned(arguments);
  ASSERT_TRUE(line.fault) << testing::PrintToString(arguments);
  EXPECT_EQ(line.fault->kind, kind) << testing::PrintToString(arguments);
  EXPECT_EQ(line.fault->written, written);
  EXPECT_EQ(line.fault->value, value);
}

TEST(ScanOptions, FindsOptionsAmongWords) {
  const ScannedLine line = scanned({"-v", "up", "--file=a b", "n0", "-vq", "n1"});
  EXPECT_FALSE(line.fault);
  EXPECT_THAT(line.words, ElementsAre("up", "n0", "n1"));
  EXPECT_EQ(line.count("verbose"), 2U);
  EXPECT_EQ(line.count("quiet"), 1U);
  EXPECT_EQ(line.value("file"), "a b");
  EXPECT_EQ(line.value("mode"), "");
}

TEST(ScanOptions, TakesAValueInEachPlace) {
  EXPECT_EQ(scanned({"-f", "a"}).value("file"), "a");
  EXPECT_EQ(scanned({"-fa"}).value("file"), "a");
  EXPECT_EQ(scanned({"-vfa"}).value("file"), "a");
  EXPECT_EQ(scanned({"--file", "-"}).value("file"), "-");
  EXPECT_EQ(scanned({"--file", "-x"}).value("file"), "-x");
  EXPECT_EQ(number_in(scanned({"--seconds=90"}).value("seconds")), 90U);
}

TEST(ScanOptions, FindsNoneBehindTheEnd) {
  const ScannedLine line = scanned({"-v", "--", "-q", "--", "--file"});
  EXPECT_FALSE(line.fault);
  EXPECT_TRUE(line.has_ended);
  EXPECT_THAT(line.words, ElementsAre("-q", "--", "--file"));
  EXPECT_EQ(line.count("quiet"), 0U);
  EXPECT_FALSE(scanned({"-v", "up"}).has_ended);
}

TEST(ScanOptions, NamesTheFirstFault) {
  expect_fault({"up", "--fiel", "-x"}, Kind::kUnknown, "--fiel");
  expect_fault({"-vx"}, Kind::kUnknown, "-x");
  expect_fault({"--fil=a"}, Kind::kUnknown, "--fil");
  expect_fault({"--verb"}, Kind::kUnknown, "--verb");
  expect_fault({"--verb=a"}, Kind::kUnknown, "--verb");
  expect_fault({"-f", "a", "--file", "b"}, Kind::kRepeated, "--file");
  expect_fault({"up", "-f"}, Kind::kValueMissing, "-f");
  expect_fault({"--file"}, Kind::kValueMissing, "--file");
  expect_fault({"-f", "-q"}, Kind::kValueIsOption, "-f", "-q");
  expect_fault({"-f", "--mode=plain"}, Kind::kValueIsOption, "-f", "--mode=plain");
  expect_fault({"--file="}, Kind::kValueEmpty, "--file");
  expect_fault({"--file", ""}, Kind::kValueEmpty, "--file");
  expect_fault({"--quiet=yes"}, Kind::kValueUnwanted, "--quiet");
  expect_fault({"--seconds", "-1"}, Kind::kNoNumber, "--seconds", "-1");
  expect_fault({"--seconds", "4294967298"}, Kind::kNoNumber, "--seconds", "4294967298");
  expect_fault({"--seconds", "1"}, Kind::kOutOfRange, "--seconds", "1");
  expect_fault({"--seconds=3601"}, Kind::kOutOfRange, "--seconds", "3601");
  expect_fault({"--mode", "loud"}, Kind::kNoWord, "--mode", "loud");
}

TEST(ScanOptions, GoesOnBehindAFault) {
  const ScannedLine line = scanned({"--frob", "up", "-q", "-f"});
  EXPECT_THAT(line.words, ElementsAre("up"));
  EXPECT_EQ(line.count("quiet"), 1U);
  ASSERT_NE(line.waiting, nullptr);
  EXPECT_EQ(line.waiting->name, "file");
}

TEST(ScanOptions, DoesNotLeanOnTheEnvironment) {
  ::setenv("POSIXLY_CORRECT", "1", 1);
  EXPECT_EQ(scanned({"up", "-q"}).count("quiet"), 1U);
  ::unsetenv("POSIXLY_CORRECT");
}

}  // namespace
}  // namespace wgmesh::scan_options_test
