// Only in the static agent: our own answers for functions that libraries name but the agent never
// needs. glibc's name service loads shared objects at run time, which a static program must not do,
// and its objects are a tenth of the program. libnl would parse host names with them, c-ares
// service names; both get numbers from us. The last one keeps the demangler out.
#include <netdb.h>

#include <cstdlib>
#include <exception>

// See README.md here before you change a number.
static_assert(__GLIBC__ == 2 && __GLIBC_MINOR__ == 36, "written for glibc 2.36");

extern "C" {

int getaddrinfo(const char* /*node*/, const char* /*service*/, const addrinfo* /*hints*/,
                addrinfo** /*result*/) {
  return EAI_FAIL;
}
void freeaddrinfo(addrinfo* /*addresses*/) noexcept {}
int getnameinfo(const sockaddr* /*address*/, socklen_t /*length*/, char* /*host*/,
                socklen_t /*host_size*/, char* /*service*/, socklen_t /*service_size*/,
                int /*flags*/) {
  return EAI_FAIL;
}
servent* getservbyname(const char* /*name*/, const char* /*protocol*/) { return nullptr; }
int getservbyport_r(int /*port*/, const char* /*protocol*/, servent* /*entry*/, char* /*buffer*/,
                    size_t /*size*/, servent** result) {
  *result = nullptr;
  return 0;
}
protoent* getprotobyname(const char* /*name*/) { return nullptr; }
protoent* getprotobynumber(int /*number*/) { return nullptr; }

}  // extern "C"

namespace __gnu_cxx {

void __verbose_terminate_handler() { std::abort(); }

}  // namespace __gnu_cxx
