# Cross-builds for arm64 with Debian's compiler and multiarch libraries; packaging/install-build-deps
# arm64 installs both. protoc is a program of this machine and stays the native one.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

# Headers of Multi-Arch: same packages are shared in /usr/include; libraries are looked for only among
# arm64's and never fall back to the native ones.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_IGNORE_PREFIX_PATH /usr/local)
set(CMAKE_SYSTEM_LIBRARY_PATH /usr/lib/aarch64-linux-gnu)
set(CMAKE_IGNORE_PATH /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu)
# Beside them, what cannot be installed together with this machine's own (packaging/install-build-deps).
set(beside ${CMAKE_CURRENT_LIST_DIR}/../build/beside/usr/lib/aarch64-linux-gnu)
set(CMAKE_LIBRARY_PATH ${beside})
set(ENV{PKG_CONFIG_PATH} "")
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:${beside}/pkgconfig:/usr/share/pkgconfig)
set(PKG_CONFIG_EXECUTABLE /usr/bin/pkg-config)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
