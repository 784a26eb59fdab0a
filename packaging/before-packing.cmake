# CPack runs this when the files of all components lie below CPACK_TEMPORARY_DIRECTORY: adds what only Debian wants, and
# gives every file the date of the release, so that the package is the same whenever it is made.
set(source ${CPACK_WGMESH_SOURCE})
set(epoch $ENV{SOURCE_DATE_EPOCH})
if(NOT epoch)
  message(FATAL_ERROR "SOURCE_DATE_EPOCH is not set: packaging/release makes packages")
endif()

if(CPACK_GENERATOR STREQUAL DEB)
  foreach(component controller agent)
    string(TOUPPER ${component} name)
    set(package ${CPACK_DEBIAN_${name}_PACKAGE_NAME})
    set(root ${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share)
    execute_process(COMMAND ${source}/packaging/to-debian ${package} ${CPACK_PACKAGE_VERSION} ${CPACK_PACKAGE_CONTACT} ${root}
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec touch --no-dereference --date=@${epoch} {} +
  COMMAND_ERROR_IS_FATAL ANY)
