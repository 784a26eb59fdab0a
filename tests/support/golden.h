// A golden file has the text that is expected. WGMESH_UPDATE_GOLDENS=1 writes it anew: read what git shows then.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace wgmesh {

inline void expect_golden(const std::string& path, const std::string& text) {
  if (std::getenv("WGMESH_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

}  // namespace wgmesh
