#include "agent/store/quick_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/agent/example_plan.h"
#include "tests/support/agent/predecessor_node.h"

namespace wgmesh::quick_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kKey = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";

std::string fault_of(const std::string& text) {
  try {
    parse_quick_file(text, "test");
  } catch (const Error& error) { return error.message(); }
  return "";
}

std::string peer(const std::string& lines) { return "[Peer]\n" + lines; }

TEST(QuickFile, HasKeysByTheNamesInItsComments) {
  const QuickFile file = parse_quick_file(predecessor_text(), "test");
  const NodeSecrets secrets = example_secrets(example_plan());
  EXPECT_EQ(file.private_key, secrets.private_key);
  EXPECT_EQ(file.preshared_keys, secrets.preshared_keys);
}

TEST(QuickFile, NamesTheInterfacesThatItsCommandsMake) {
  EXPECT_THAT(parse_quick_file(predecessor_text(), "test").interfaces,
              ElementsAre("br-test", "gt-test1", "gt-test2", "gt-test3"));
}

TEST(QuickFile, ANameIsAWholeWord) {
  const auto interfaces = [](const std::string& command) {
    return parse_quick_file("[Interface]\nPostUp = " + command, "test").interfaces;
  };
  EXPECT_THAT(interfaces("test -e /sys/class/net/br-test/bridge; (ip link set gt-test12 up)"),
              ElementsAre("br-test", "gt-test12"));
  EXPECT_THAT(interfaces("ip link set br-test1 up; ip link del gt-test; x=gt-testa my-br-test"),
              IsEmpty());
}

TEST(QuickFile, IsThePredecessorsOnlyIfItMakesTheBridgeOfThatMesh) {
  EXPECT_TRUE(is_of_predecessor(predecessor_text(), "test"));
  EXPECT_FALSE(is_of_predecessor(predecessor_text(), "tes"));
  EXPECT_FALSE(
      is_of_predecessor("[Interface]\n# PostUp = ip link add br-test type bridge\n", "test"));
  EXPECT_FALSE(is_of_predecessor("[Peer]\nPostUp = ip link add br-test type bridge\n", "test"));
}

TEST(QuickFile, LettersOfKeysAndBlanksDoNotMatter) {
  const QuickFile file =
      parse_quick_file("[INTERFACE]\r\n\tprivatekey=" + std::string(kKey) + "\r\n" +
                           "[peer] # one\n#friendly_name=n1\nPRESHAREDKEY = " + kKey + " # a key\n",
                       "test");
  EXPECT_EQ(file.private_key, secret_of(0x42).clamped());
  EXPECT_EQ(file.preshared_keys.at("n1"), secret_of(0x42));
}

TEST(QuickFile, APeerWithoutANameHasNoPlace) {
  const std::string key = std::string("PresharedKey = ") + kKey + "\n";
  EXPECT_THAT(parse_quick_file(peer(key), "test").preshared_keys, IsEmpty());
  EXPECT_THAT(parse_quick_file(peer("# friendly_name = a/b\n" + key), "test").preshared_keys,
              IsEmpty());
  EXPECT_THAT(
      parse_quick_file(peer("# friendly_name = n1\n[Other]\n" + key), "test").preshared_keys,
      IsEmpty());
}

// The kernel tells a key as it has clamped it, and the mesh would never be as it shall be.
TEST(QuickFile, AKeyThatWasWrittenByHandIsClamped) {
  const auto key = parse_quick_file(std::string("[Interface]\nPrivateKey = ") + kKey, "test");
  EXPECT_NE(key.private_key, secret_of(0x42));
  EXPECT_EQ(public_key_of(*key.private_key), public_key_of(secret_of(0x42)));
}

TEST(QuickFile, ZerosAreNoKey) {
  const std::string zeros = std::string(43, 'A') + "=\n";
  EXPECT_EQ(fault_of("[Interface]\nPrivateKey = " + zeros),
            "line 2: PrivateKey is all zeros, which is no key");
  const std::string named = "# friendly_name = n1\nPresharedKey = ";
  EXPECT_THAT(parse_quick_file(peer(named + zeros), "test").preshared_keys, IsEmpty());
}

TEST(QuickFile, ANameMayStandAboveItsSection) {
  const auto names = [](const std::string& text) {
    std::vector<std::string> found;
    for (const auto& [name, key] : parse_quick_file(text, "test").preshared_keys) {
      found.push_back(name + (key == secret_of(0x42) ? " 42" : " 60"));
    }
    return found;
  };
  const std::string one = std::string("PublicKey = x\nPresharedKey = ") + kKey + "\n";
  const std::string two = "PresharedKey = YGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGA=\n";
  const std::string n1 = "# friendly_name = n1\n";
  const std::string n2 = "# friendly_name = n2\n";
  const auto both = ElementsAre("n1 42", "n2 60");
  const std::string self = "[Interface]\n# friendly_name = n0\nListenPort = 1\n\n";
  EXPECT_THAT(names(self + n1 + peer(one) + "\n" + n2 + "\n# a remark\n" + peer(two)), both);
  EXPECT_THAT(names(self + peer(n1 + one) + peer(n2 + two)), both);
  EXPECT_THAT(names(self + peer(one + n1) + peer(two + n2)), both);
  EXPECT_THAT(names(self + n1 + peer(n1 + one) + n2 + peer(n2 + two)), both);
  EXPECT_THAT(names(n2 + peer(n1 + two + one.substr(0, 14))), ElementsAre("n1 60"));
}

TEST(QuickFile, TellsTheLineOfAKeyThatIsNone) {
  EXPECT_EQ(fault_of("[Interface]\n\nPrivateKey = abc\n"), "line 3: PrivateKey is no key");
  EXPECT_EQ(fault_of(peer("PresharedKey =")), "line 2: PresharedKey is no key");
}

TEST(QuickFile, TakesNothingTwice) {
  const std::string key = std::string("Key = ") + kKey + "\n";
  EXPECT_THAT(fault_of("[Interface]\nPrivate" + key + "Private" + key), HasSubstr("line 3"));
  EXPECT_THAT(fault_of(peer("Preshared" + key + "Preshared" + key)), HasSubstr("twice"));
  const std::string named = peer("# friendly_name = n1\nPreshared" + key);
  EXPECT_EQ(fault_of(named + named), "line 6: a second peer is called n1");
}

TEST(QuickFile, ADamagedFaultDoesNotShowTheKey) {
  EXPECT_THAT(fault_of(std::string("[Interface]\nPrivateKey = ") + kKey + "x"),
              ::testing::Not(HasSubstr("QkJC")));
}

}  // namespace
}  // namespace wgmesh::quick_file_test
