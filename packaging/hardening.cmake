# What makes the programs that ship hard to misuse once a fault in them was found. Every object gets it, so it
# is said here and nowhere else; the layer `size` of tests/run looks for each of it in the programs. Builds
# with a sanitizer have that one's checks instead, and do not ship.
if(WGMESH_SANITIZE OR WGMESH_FUZZ)
  return()
endif()

set(hardening -fPIE -fstack-protector-strong -fstack-clash-protection)
# 3 also checks objects whose size is known only at run time; GCC 12 and glibc 2.36 can. It needs an
# optimizing compiler, and nothing to have defined it before.
add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND hardening -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  list(APPEND hardening -mbranch-protection=standard)
endif()
add_compile_options(${hardening})
# With link-time optimization it is the linker's run of the compiler that makes the code.
add_link_options(${hardening})

# The static agent is linked with -static-pie, in agent/CMakeLists.txt.
add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
