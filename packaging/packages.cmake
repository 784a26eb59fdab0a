# The packages that CPack makes of the components of install.cmake; packaging/release calls it. None has a maintainer
# script: nothing is enabled, started or stopped by a package. What a mesh leaves on a node (/var/lib/wgmesh, units in
# /etc/systemd/system) belongs to the mesh and goes with `mesh down -r`, so a purge has nothing to remove, and an
# upgrade or removal of wgmesh-agent does not touch a mesh that is up.
set(CPACK_GENERATOR DEB RPM)
set(CPACK_PACKAGE_NAME wgmesh)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR wgmesh)
# A placeholder: whoever publishes packages writes an address here that answers.
set(CPACK_PACKAGE_CONTACT "wgmesh <wgmesh@example.org>")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL controller agent)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES OFF) # the build has done it, before NOTICE took the hash
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/packaging/before-packing.cmake)
set(CPACK_WGMESH_SOURCE ${CMAKE_SOURCE_DIR})

set(summary_controller "join Linux machines into one encrypted Ethernet segment")
set(text_controller "mesh reads one file that says who takes part, logs in to each machine over
SSH, and makes all of them share a LAN: WireGuard encrypts, GRE tunnels carry
Ethernet, and a bridge on each node holds the tunnels. A change is all or
nothing.
.
Nothing has to be installed on the nodes. This package is for the machine that
you work on. It has the agents that mesh brings to nodes of amd64 and arm64.")
set(summary_agent "agent of wgmesh for a node, with its systemd units")
set(text_agent "mesh, the controller, brings its agent to each node, so a node does not need
this package. It is for images, containers and monitoring: the agent looks at
meshes, brings stored ones up at boot, and prints metrics.
.
This package enables and starts no unit.")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF) # it knows no other architecture; tests/packages compares with what it says
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_NAME wgmesh)
set(CPACK_DEBIAN_AGENT_PACKAGE_NAME wgmesh-agent)
# The C library is the one of Ubuntu 22.04. mesh asks `ssh -G` what the user's configuration says.
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_DEPENDS
  "libc6 (>= 2.35), libgssapi-krb5-2 (>= 1.17), libsmartcols1 (>= 2.35), openssh-client")
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_SUGGESTS wgmesh-agent)
set(CPACK_DEBIAN_AGENT_PACKAGE_DEPENDS "")

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_CONTROLLER_PACKAGE_NAME wgmesh)
set(CPACK_RPM_AGENT_PACKAGE_NAME wgmesh-agent)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0 AND BSD-3-Clause AND ISC AND LGPL-2.1-or-later AND MIT AND Zlib")
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_PACKAGE_AUTOPROV OFF)
set(CPACK_RPM_CONTROLLER_PACKAGE_REQUIRES openssh-clients) # the rest it finds in the program
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/lib/systemd /usr/lib/systemd/system /usr/sbin
  /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/vendor-completions
  /usr/share/fish /usr/share/fish/vendor_completions.d /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8)
# The same octets on each machine and at each time; and the programs stay as the build made them, for NOTICE names their hash.
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _buildhost wgmesh
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define _build_id_links none
%define __os_install_post %{nil}")

if(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE aarch64)
else()
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE x86_64)
endif()

include(CPack)
foreach(component controller agent)
  string(TOUPPER ${component} name)
  set(rpm_text "${text_${component}}")
  string(REPLACE "\n.\n" "\n\n" rpm_text "${rpm_text}")
  string(APPEND described "set(CPACK_DEBIAN_${name}_DESCRIPTION [==[${summary_${component}}\n${text_${component}}]==])
set(CPACK_RPM_${name}_PACKAGE_SUMMARY [==[${summary_${component}}]==])
set(CPACK_RPM_${name}_PACKAGE_DESCRIPTION [==[${rpm_text}]==])\n")
endforeach()
file(WRITE ${CMAKE_BINARY_DIR}/CPackDescriptions.cmake "${described}")
file(APPEND ${CMAKE_BINARY_DIR}/CPackConfig.cmake "include(${CMAKE_BINARY_DIR}/CPackDescriptions.cmake)\n")
