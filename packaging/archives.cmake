# What the packages need to run on other distributions: libraries as archives, and the names of both architectures.

# As `uname -m` says it, of this build's target and of the other one that mesh has an agent for.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL aarch64)
  set(wgmesh_machine aarch64)
  set(wgmesh_other_machine x86_64)
else()
  set(wgmesh_machine x86_64)
  set(wgmesh_other_machine aarch64)
endif()

# wgmesh_take_archive(TARGET NAME [LIBRARY...] [SHARED FILE...]): with WGMESH_PORTABLE, the imported TARGET is libNAME.a, and
# brings what that archive wants: LIBRARYs, and shared libraries by the names of their FILEs.
function(wgmesh_take_archive target name)
  if(NOT WGMESH_PORTABLE)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SHARED")
  find_library(archive_${name} NAMES lib${name}.a REQUIRED)
  set(libraries ${archive_${name}} ${arg_UNPARSED_ARGUMENTS})
  foreach(file IN LISTS arg_SHARED)
    find_library(shared_${file} NAMES ${file} REQUIRED)
    list(APPEND libraries ${shared_${file}})
  endforeach()
  set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${libraries})
endfunction()
