// The folder that an export goes to: what is refused, what is replaced, and who may read it.
#include "common/export_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "common/error.h"
#include "common/exported_node.h"

namespace wgmesh::export_folder_test {
namespace {

namespace fs = std::filesystem;

class AnExportFolder : public testing::Test {
 protected:
  AnExportFolder() {
    std::string name = testing::TempDir() + "export.XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~AnExportFolder() override { fs::remove_all(path_); }

  static std::vector<ExportedFile> files(std::initializer_list<const char*> names) {
    std::vector<ExportedFile> out;
    for (const char* name : names) {
      out.push_back({name, Readers::kAll, WipedText(header() + "\nof " + name + "\n")});
    }
    return out;
  }
  static std::string header() { return export_header("m", "n"); }
  std::string text_of(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path_ + "/" + name).rdbuf();
    return text.str();
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }
  unsigned mode_of(const std::string& path) const {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 07777;
  }
  static std::string id_of(const std::function<void()>& call) {
    try {
      call();
      return {};
    } catch (const Error& error) { return error.id(); }
  }

  std::string path_;
};

TEST_F(AnExportFolder, IsMadeForItsOwnerAlone) {
  const ExportFolder folder(path_ + "/new/", header());
  EXPECT_EQ(mode_of(path_ + "/new"), 0700u);
  const auto paths = folder.write(files({"10-a.netdev"}), "m", ExportFormat::kNetworkd);
  EXPECT_THAT(paths, testing::ElementsAre(path_ + "/new/10-a.netdev"));
  EXPECT_EQ(text_of("new/10-a.netdev"), header() + "\nof 10-a.netdev\n");
  EXPECT_EQ(id_of([&] { ExportFolder(path_ + "/no/where", header()); }), "system-call");
}

TEST_F(AnExportFolder, IsRefusedWhereOthersMayWriteOrThePathIsRelative) {
  EXPECT_EQ(id_of([] { ExportFolder("here", header()); }), "export-folder-relative");
  ::chmod(path_.c_str(), 0777);
  EXPECT_EQ(id_of([&] { ExportFolder(path_, header()); }), "export-folder-exposed");
  EXPECT_EQ(id_of([&] { ExportFolder(path_ + "/new", header()); }), "export-folder-exposed");
  EXPECT_FALSE(fs::exists(path_ + "/new"));
  ::chmod(path_.c_str(), 0700);
}

TEST_F(AnExportFolder, KeepsWhatIsNoEarlierExportOfTheNode) {
  const ExportFolder folder(path_, header());
  const auto write = [&] {
    folder.write(files({"10-a.netdev", "10-b.netdev"}), "m", ExportFormat::kNetworkd);
  };
  put("10-b.netdev", export_header("m", "other") + "\n");
  EXPECT_EQ(id_of(write), "export-file-foreign");
  EXPECT_FALSE(fs::exists(path_ + "/10-a.netdev"));  // all or nothing
  put("10-b.netdev", "");
  EXPECT_EQ(id_of(write), "export-file-foreign");
  fs::remove(path_ + "/10-b.netdev");
  put("elsewhere", header() + "\n");
  fs::create_symlink(path_ + "/elsewhere", path_ + "/10-b.netdev");
  EXPECT_EQ(id_of(write), "export-file-foreign");
  fs::remove(path_ + "/10-b.netdev");
  EXPECT_EQ(::mkfifo((path_ + "/10-b.netdev").c_str(), 0600), 0);
  EXPECT_EQ(id_of(write), "export-file-foreign");
  fs::remove(path_ + "/10-b.netdev");
  fs::create_directory(path_ + "/10-b.netdev");
  EXPECT_EQ(id_of(write), "export-file-foreign");
}

TEST_F(AnExportFolder, ReplacesAnEarlierExportAndRemovesWhatItNoLongerHas) {
  const ExportFolder folder(path_, header());
  folder.write(files({"10-a.netdev", "10-b.netdev"}), "m", ExportFormat::kNetworkd);
  folder.write(files({"wg-m.conf"}), "m", ExportFormat::kWgQuick);
  put("10-b.link", "of somebody else\n");
  put("10-a.netdev", header() + "\nedited by hand\n");
  folder.write(files({"10-a.netdev"}), "m", ExportFormat::kNetworkd);
  EXPECT_EQ(text_of("10-a.netdev"), header() + "\nof 10-a.netdev\n");
  EXPECT_FALSE(fs::exists(path_ + "/10-b.netdev"));
  EXPECT_EQ(text_of("10-b.link"), "of somebody else\n");
  EXPECT_TRUE(fs::exists(path_ + "/wg-m.conf"));  // of the other format
  EXPECT_EQ(**folder.read("wg-m.conf"), header() + "\nof wg-m.conf\n");
  EXPECT_FALSE(folder.read("none").has_value());
}

TEST_F(AnExportFolder, LetsNobodyElseReadSecrets) {
  const ExportFolder folder(path_, header());
  auto files = AnExportFolder::files({"10-all", "10-secret"});
  files[1].readers = Readers::kOwner;
  folder.write(files, "m", ExportFormat::kNetworkd);
  EXPECT_EQ(mode_of(path_ + "/10-all"), 0644u);
  EXPECT_EQ(mode_of(path_ + "/10-secret"), 0600u);
}

}  // namespace
}  // namespace wgmesh::export_folder_test
