// Only in the static agent, beside static_link.cc: what protobuf's objects name and the agent never
// needs. Through it they would bring along C++ streams with all their locales, a fifth of the
// program: messages from and to std::istream, std::ostream and file descriptors (the agent parses
// octets in memory), and a log that formats with std::ostringstream.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/stubs/strutil.h>

#include <cstdlib>
#include <ios>

// These are no public interfaces: see README.md here before you change a number.
static_assert(GOOGLE_PROTOBUF_VERSION / 1000 == 3021, "written for protobuf 3.21");
static_assert(_GLIBCXX_RELEASE == 12, "written for libstdc++ 12");

// Every object that includes <iostream> prepares std::cout and its kin before main().
std::ios_base::Init::Init() {}   // NOLINT(cert-dcl58-cpp)
std::ios_base::Init::~Init() {}  // NOLINT(cert-dcl58-cpp)

namespace google::protobuf {
namespace internal {

// What protobuf logs is a violated promise of the program (fatal), or about octets that came from
// the other side; the session tells of those in its own words.
LogMessage::LogMessage(LogLevel level, const char* filename, int line)
    : level_(level), filename_(filename), line_(line) {}
LogMessage::~LogMessage() = default;
LogMessage& LogMessage::operator<<(const std::string& /*value*/) { return *this; }
LogMessage& LogMessage::operator<<(const char* /*value*/) { return *this; }
LogMessage& LogMessage::operator<<(int /*value*/) { return *this; }
LogMessage& LogMessage::operator<<(unsigned /*value*/) { return *this; }
LogMessage& LogMessage::operator<<(unsigned long /*value*/) { return *this; }
void LogMessage::Finish() {
  if (level_ == LOGLEVEL_FATAL) { std::abort(); }
}
void LogFinisher::operator=(LogMessage& other) { other.Finish(); }

}  // namespace internal

// The texts of what is logged.
using strings::AlphaNum;
AlphaNum::AlphaNum(strings::Hex /*value*/) {}
std::string StrCat(const AlphaNum& /*a*/, const AlphaNum& /*b*/) { return {}; }
std::string StrCat(const AlphaNum& /*a*/, const AlphaNum& /*b*/, const AlphaNum& /*c*/) {
  return {};
}
std::string StrCat(const AlphaNum& /*a*/, const AlphaNum& /*b*/, const AlphaNum& /*c*/,
                   const AlphaNum& /*d*/, const AlphaNum& /*e*/) {
  return {};
}
std::string StrCat(const AlphaNum& /*a*/, const AlphaNum& /*b*/, const AlphaNum& /*c*/,
                   const AlphaNum& /*d*/, const AlphaNum& /*e*/, const AlphaNum& /*f*/) {
  return {};
}

void stringpiece_internal::StringPiece::LogFatalSizeTooBig(size_t /*size*/,
                                                           const char* /*details*/) {
  std::abort();
}

}  // namespace google::protobuf

// Constructors, destructors and tables of private classes, which no C++ text of ours can define.
// The names are those of the Itanium C++ ABI, the same on x86-64 and arm64.
extern "C" [[gnu::used]] void wgmesh_leads_nowhere() { std::abort(); }
#define WGMESH_LEADS_NOWHERE(symbol) \
  __asm__(".globl " symbol "\n.set " symbol ", wgmesh_leads_nowhere")
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io15FileInputStreamC1Eii");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io15FileInputStream22CopyingFileInputStreamD1Ev");
WGMESH_LEADS_NOWHERE("_ZTVN6google8protobuf2io15FileInputStreamE");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io16FileOutputStreamC1Eii");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io16FileOutputStreamD1Ev");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io18IstreamInputStreamC1EPSii");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io18IstreamInputStream25CopyingIstreamInputStreamD1Ev");
WGMESH_LEADS_NOWHERE("_ZTVN6google8protobuf2io18IstreamInputStreamE");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io19OstreamOutputStreamC1EPSoi");
WGMESH_LEADS_NOWHERE("_ZN6google8protobuf2io19OstreamOutputStreamD1Ev");
WGMESH_LEADS_NOWHERE(
    "_ZNK6google8protobuf8internal12ExtensionSet22_InternalSerializeImplEPKNS0_"
    "11MessageLiteEiiPhPNS0_"
    "2io19EpsCopyOutputStreamE");
