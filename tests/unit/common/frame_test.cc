#include "common/frame.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "common/error.h"

namespace wgmesh::frame_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using testing::SizeIs;

// Octets that differ from their neighbours, so that a shift by one shows.
std::string message_of(std::size_t size) {
  std::string message(size, '\0');
  for (std::size_t i = 0; i < size; ++i) { message[i] = static_cast<char>(i * 31 % 251); }
  return message;
}

std::vector<std::string> take_all(FrameReader& reader) {
  std::vector<std::string> messages;
  while (auto message = reader.next()) { messages.push_back(std::move(*message)); }
  return messages;
}

// The last size of each length of varint and the first of the next.
class FrameOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(FrameOfSize, ComesBackWhole) {
  const std::string message = message_of(GetParam());
  FrameReader reader;
  reader.feed(encode_frame(message));
  const auto read = reader.next();
  ASSERT_TRUE(read);
  EXPECT_TRUE(*read == message);  // EXPECT_EQ would print 16 MiB
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.buffered(), 0u);
}

INSTANTIATE_TEST_SUITE_P(EveryVarint, FrameOfSize,
                         testing::Values(0, 1, 127, 128, 16383, 16384, 2097151, 2097152,
                                         kMaxFrame - 1, kMaxFrame));

TEST(Frame, LengthIsAProtobufVarint) {
  EXPECT_EQ(encode_frame(""), std::string("\0", 1));
  EXPECT_EQ(encode_frame("abc"),
            "\x03"
            "abc");
  EXPECT_EQ(encode_frame(message_of(300)).substr(0, 2), "\xac\x02");
  EXPECT_EQ(encode_frame(message_of(kMaxFrame)).substr(0, 4), "\x80\x80\x80\x08");
}

TEST(Frame, TooLongAMessageIsNotEncoded) {
  try {
    encode_frame(std::string(kMaxFrame + 1, 'x'));
    FAIL() << "was encoded";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "a message of 16777217 octets does not fit into a frame");
    EXPECT_EQ(error.id(), "frame-message-too-large");
  }
}

TEST(FrameReader, CutsAtAnyPlaceChangeNothing) {
  const std::vector<std::string> messages = {"one", "", message_of(200), "four"};
  std::string stream;
  for (const auto& message : messages) { stream += encode_frame(message); }
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader;
    reader.feed(stream.substr(0, cut));
    std::vector<std::string> read = take_all(reader);
    reader.feed(stream.substr(cut));
    for (auto& message : take_all(reader)) { read.push_back(std::move(message)); }
    ASSERT_EQ(read, messages) << "cut at " << cut;
  }
}

TEST(FrameReader, OctetByOctet) {
  const std::string message = message_of(20000);
  const std::string stream = encode_frame(message) + encode_frame("end");
  FrameReader reader;
  std::vector<std::string> read;
  for (const char octet : stream) {
    reader.feed({&octet, 1});
    for (auto& whole : take_all(reader)) { read.push_back(std::move(whole)); }
  }
  EXPECT_THAT(read, ElementsAre(message, "end"));
}

TEST(FrameReader, ManySmallFramesDoNotPileUp) {
  FrameReader reader;
  for (int i = 0; i < 10000; ++i) {
    reader.feed(encode_frame("abc"));
    ASSERT_THAT(reader.next(), Optional(std::string("abc")));
    ASSERT_EQ(reader.buffered(), 0u);
  }
}

TEST(FrameReader, ReadsALongerFormOfALengthAsProtobufDoes) {
  FrameReader reader;
  reader.feed("\x83\x80\x80" + std::string("\0abc", 4));
  EXPECT_THAT(reader.next(), Optional(std::string("abc")));
}

TEST(FrameReader, RefusesALengthAboveTheBoundBeforeItsOctetsCome) {
  FrameReader reader;
  reader.feed("\x81\x80\x80\x08");  // kMaxFrame + 1
  try {
    reader.next();
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("16777217 octets"));
    EXPECT_EQ(error.id(), "frame-too-large");
  }
}

TEST(FrameReader, RefusesALengthThatNeverEndsAtItsFourthOctet) {
  FrameReader reader;
  reader.feed("\xff\xff\xff");
  EXPECT_EQ(reader.next(), std::nullopt);
  reader.feed("\xff");
  try {
    reader.next();
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "garbage instead of a frame: its length never ends");
    EXPECT_EQ(error.id(), "frame-length-endless");
  }
  EXPECT_THROW(reader.next(), Error) << "the session is over, and stays so";
}

TEST(FrameReader, TextInsteadOfFramesIsRefusedOrWaits) {
  // What a shell might say. Its first letter is taken for a length, so it waits for the rest: the
  // peer's silence ends that, not this class.
  FrameReader reader;
  reader.feed("sh: not found\n");
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.buffered(), 14u);
}

std::optional<std::string> find_magic(LineScanner& scanner, std::string_view octets) {
  return scanner.find(octets, kMagicLine);
}

const std::string kMagic(kMagicLine);

TEST(LineScanner, SkipsWhatAShellPrintedAndKeepsWhatFollows) {
  LineScanner scanner;
  EXPECT_THAT(find_magic(scanner, "Welcome to Debian\n\nYou have mail.\n" + kMagic +
                                      "\n\x03"
                                      "abc"),
              Optional(kMagic));
  EXPECT_EQ(scanner.noise(), "Welcome to Debian\n\nYou have mail.\n");
  EXPECT_EQ(scanner.take_rest(),
            "\x03"
            "abc");
  EXPECT_EQ(scanner.take_rest(), "");
}

TEST(LineScanner, DropsOneCarriageReturn) {
  LineScanner scanner;
  EXPECT_THAT(find_magic(scanner, "motd\r\n\r\n" + kMagic + "\r\n"), Optional(kMagic));
  EXPECT_EQ(scanner.noise(), "motd\n\n");
}

TEST(LineScanner, CutsAtAnyPlaceChangeNothing) {
  const std::string stream = "motd\r\nmore\n" + kMagic + "\r\n\x02\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    LineScanner scanner;
    auto line = find_magic(scanner, stream.substr(0, cut));
    std::string rest;
    if (line) {
      rest = scanner.take_rest() + stream.substr(cut);
    } else {
      line = find_magic(scanner, stream.substr(cut));
      rest = scanner.take_rest();
    }
    ASSERT_THAT(line, Optional(kMagic)) << "cut at " << cut;
    ASSERT_EQ(rest, "\x02\n\n") << "cut at " << cut;
    ASSERT_EQ(scanner.noise(), "motd\nmore\n") << "cut at " << cut;
  }
}

TEST(LineScanner, TheLineCountsOnlyWholeAndFromItsStart) {
  LineScanner scanner;
  EXPECT_EQ(find_magic(scanner, "echo " + kMagic + "\n" + kMagic), std::nullopt);
  EXPECT_THAT(find_magic(scanner, "\n"), Optional(kMagic));
}

TEST(LineScanner, FindsOneLineAfterAnother) {
  LineScanner scanner;
  EXPECT_THAT(scanner.find("noise\nfirst x86_64\nmore\nsecond\nrest", "first "),
              Optional(std::string("first x86_64")));
  EXPECT_THAT(scanner.find("", "second"), Optional(std::string("second")));
  EXPECT_EQ(scanner.noise(), "noise\nmore\n");
  EXPECT_EQ(scanner.take_rest(), "rest");
}

TEST(LineScanner, NulsAndHighOctetsAreNoise) {
  LineScanner scanner;
  const std::string noise("\x1b[2J\0\xff\xfe\n", 8);
  EXPECT_THAT(find_magic(scanner, noise + kMagic + "\n"), Optional(kMagic));
  EXPECT_EQ(scanner.noise(), noise);
}

// Noise of the given size and then the magic line, fed in pieces.
bool is_found_after(std::size_t noise, std::string_view unit, std::size_t piece) {
  std::string stream;
  while (stream.size() + unit.size() <= noise) { stream += unit; }
  stream.insert(0, noise - stream.size(), '.');
  stream += kMagic + "\n";
  LineScanner scanner;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    if (find_magic(scanner, std::string_view(stream).substr(at, piece))) { return true; }
  }
  return false;
}

TEST(LineScanner, TheBoundOnNoiseDoesNotDependOnThePieces) {
  const std::size_t most = kMaxNoise - kMagic.size() - 1;
  for (const std::size_t piece : {std::size_t{61}, std::size_t{4096}, kMaxNoise * 2}) {
    for (const std::string_view unit : {"\n", "\r\n", "one line of a long message of the day\n"}) {
      EXPECT_TRUE(is_found_after(most, unit, piece)) << piece;
      EXPECT_THROW(is_found_after(most + 1, unit, piece), Error) << piece;
    }
  }
}

TEST(LineScanner, ALineWithoutEndIsBoundedToo) {
  LineScanner scanner;
  EXPECT_EQ(find_magic(scanner, std::string(kMaxNoise, 'x')), std::nullopt);
  try {
    find_magic(scanner, "x");
    FAIL() << "it goes on";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "no sign of the agent in the first 262144 octets of output");
    EXPECT_EQ(error.id(), "frame-agent-silent");
  }
}

TEST(LineScanner, FramesBehindTheLineAreNotNoise) {
  LineScanner scanner;
  const std::string frames(kMaxNoise * 2, 'f');
  EXPECT_THAT(find_magic(scanner, kMagic + "\n" + frames), Optional(kMagic));
  EXPECT_THAT(scanner.take_rest(), SizeIs(frames.size()));
}

}  // namespace
}  // namespace wgmesh::frame_test
