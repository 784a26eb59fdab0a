#include "agent/netlink/netlink_socket.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "agent/netlink/interfaces.h"
#include "common/error.h"

namespace wgmesh::netlink_socket_test {
namespace {

// The kernel says of each reading that its tables changed meanwhile.
bool is_never_quiet = false;

TEST(NetlinkSocket, GivesUpATableThatChangesInEachReading) {
  NetlinkSocket socket(NETLINK_ROUTE);
  NetlinkMessage request = make_interface_dump(false);
  is_never_quiet = true;
  try {
    socket.dump(request);
    ADD_FAILURE() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "netlink-tables-unstable");
    EXPECT_EQ(error.message(), "the kernel's tables changed during each of 20 readings");
    EXPECT_EQ(error.cure(),
              "something on this node creates or deletes interfaces all the time; try again");
  }
  is_never_quiet = false;
  EXPECT_FALSE(socket.dump(request).empty());
}

}  // namespace
}  // namespace wgmesh::netlink_socket_test

extern "C" {

ssize_t __real_recvfrom(int fd, void* octets, size_t size, int flags, sockaddr* from,
                        socklen_t* from_size);

ssize_t __wrap_recvfrom(int fd, void* octets, size_t size, int flags, sockaddr* from,
                        socklen_t* from_size) {
  const ssize_t received = __real_recvfrom(fd, octets, size, flags, from, from_size);
  if (wgmesh::netlink_socket_test::is_never_quiet &&
      received >= static_cast<ssize_t>(sizeof(nlmsghdr))) {
    static_cast<nlmsghdr*>(octets)->nlmsg_flags |= NLM_F_DUMP_INTR;
  }
  return received;
}

}  // extern "C"
