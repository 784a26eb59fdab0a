#include "common/program_file.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace wgmesh::program_file_test {
namespace {

TEST(ProgramFile, IsReadWhole) { EXPECT_EQ(read_program("/proc/self/exe").substr(1, 3), "ELF"); }

TEST(ProgramFile, IsNotReadOnAndOn) {
  try {
    read_program("/dev/zero");
    FAIL() << "it came to an end";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "/dev/zero is too large for an agent");
    EXPECT_EQ(error.id(), "program-too-large");
  }
}

}  // namespace
}  // namespace wgmesh::program_file_test
