# What `cmake --install` puts where, in two components: `controller` (mesh and what it brings to nodes) and `agent` (the
# agent for a node that shall have it from a package). packages.cmake makes packages of them.
include(GNUInstallDirs)
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# Programs for two architectures, which mesh finds as ../lib/wgmesh/agents whatever the prefix is. They do not stand in
# lib/wgmesh itself: on a node /usr/local/lib/wgmesh is a place for agents that nodes run, and `down -r` cleans it.
set(agents_folder lib/wgmesh/agents)
set(units_folder lib/systemd/system)
set(data_folder ${CMAKE_INSTALL_DATADIR}/wgmesh)
set(doc_folder ${CMAKE_INSTALL_DATADIR}/doc/wgmesh)
set(agent_doc_folder ${CMAKE_INSTALL_DATADIR}/doc/wgmesh-agent)
execute_process(COMMAND date -u -d ${wgmesh_date} +%s OUTPUT_VARIABLE wgmesh_epoch OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
set(made ${CMAKE_BINARY_DIR}/installed) # what the build makes only to be installed
file(MAKE_DIRECTORY ${made})
set(made_files "")

# wgmesh_made(FILE DEPENDS WHAT... COMMAND WORD...): FILE, below ${made}, is the standard output of COMMAND.
function(wgmesh_made file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;COMMAND")
  get_filename_component(folder ${made}/${file} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${made}/${file} COMMAND ${arg_COMMAND} > ${made}/${file}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${made}/${file}.new ${made}/${file}
    DEPENDS ${arg_DEPENDS} VERBATIM)
  set(made_files ${made_files} ${made}/${file} PARENT_SCOPE)
endfunction()

# --- Programs -----------------------------------------------------------------------------------------

install(TARGETS mesh RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT controller)
install(TARGETS wgmesh-agent RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT agent)

set(agent_of_${wgmesh_machine} $<TARGET_FILE:wgmesh-agent>)
set(notice_of_${wgmesh_machine} ${CMAKE_BINARY_DIR}/notice/wgmesh-agent)
set(machines ${wgmesh_machine})
if(WGMESH_OTHER_AGENT)
  get_filename_component(other_agent ${WGMESH_OTHER_AGENT} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  get_filename_component(other_build ${other_agent}/../.. ABSOLUTE)
  set(agent_of_${wgmesh_other_machine} ${other_agent})
  set(notice_of_${wgmesh_other_machine} ${other_build}/notice/wgmesh-agent)
  list(APPEND machines ${wgmesh_other_machine})
endif()
foreach(machine IN LISTS machines)
  wgmesh_made(wgmesh-agent-${machine}.gz DEPENDS wgmesh-agent ${other_agent} COMMAND gzip -9nc ${agent_of_${machine}})
  install(FILES ${made}/wgmesh-agent-${machine}.gz DESTINATION ${agents_folder} COMPONENT controller)
  # What is in a program that the package carries is said there, too.
  install(DIRECTORY ${notice_of_${machine}}/ DESTINATION ${doc_folder}/wgmesh-agent-${machine} COMPONENT controller)
endforeach()
install(DIRECTORY ${CMAKE_BINARY_DIR}/notice/mesh/ DESTINATION ${doc_folder}/mesh COMPONENT controller)
install(DIRECTORY ${CMAKE_BINARY_DIR}/notice/wgmesh-agent/ DESTINATION ${agent_doc_folder}/wgmesh-agent COMPONENT agent)

# --- Units --------------------------------------------------------------------------------------------

# The package's units run the package's agent. Those that `mesh up` writes stand in /etc/systemd/system, which systemd
# prefers, and run the agent that `up` brought; with `down -r` they go, and the package's stand again. No unit of the
# package is enabled: only `up` and the administrator do that.
file(GLOB units CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packaging/systemd/*)
# Its address is that of one mesh, so only an agent writes it.
list(FILTER units EXCLUDE REGEX "/wgmesh-locate@[.]socket$")
foreach(unit IN LISTS units)
  get_filename_component(name ${unit} NAME)
  wgmesh_made(units/${name} DEPENDS ${unit}
    COMMAND sed "s,/usr/local/sbin/wgmesh-agent,${CMAKE_INSTALL_FULL_SBINDIR}/wgmesh-agent,; /^# /d" ${unit})
  install(FILES ${made}/units/${name} DESTINATION ${units_folder} COMPONENT agent)
endforeach()

# --- Documents ----------------------------------------------------------------------------------------

install(FILES README.md CHANGELOG.md LICENSE docs/iac.md docs/json.md docs/labs.md docs/messages.md DESTINATION ${doc_folder} COMPONENT controller)
install(FILES CHANGELOG.md LICENSE DESTINATION ${agent_doc_folder} COMPONENT agent)
install(DIRECTORY packaging/schema packaging/grafana DESTINATION ${data_folder} COMPONENT controller)
# Without what running an example there has left.
install(DIRECTORY examples DESTINATION ${doc_folder} COMPONENT controller
  PATTERN node_modules EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN .gitignore EXCLUDE
  REGEX "(\\.sh|/ci/ci/[^/]*)$" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# docs/man/NAME.SECTION.scd
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/man/*.scd)
if(pages)
  find_program(SCDOC scdoc)
  if(NOT SCDOC)
    message(STATUS "scdoc is missing: no man pages are installed")
    set(pages "")
  endif()
endif()
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME_WLE)
  string(REGEX MATCH "[0-9]$" section ${name})
  set(component controller)
  if(name MATCHES "^wgmesh-agent")
    set(component agent)
  endif()
  wgmesh_made(man/${name}.gz DEPENDS ${page}
    COMMAND sh -c "SOURCE_DATE_EPOCH=${wgmesh_epoch} ${SCDOC} <${page} | gzip -9nc")
  install(FILES ${made}/man/${name}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
endforeach()

# Completion is mesh's own word, so it is asked.
file(GLOB knows_completion CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/controller/*completion*.cc)
if(knows_completion)
  foreach(place bash:bash-completion/completions/mesh zsh:zsh/vendor-completions/_mesh fish:fish/vendor_completions.d/mesh.fish)
    string(REGEX MATCH "^([a-z]+):(.*)/([^/]+)$" place ${place})
    set(folder ${CMAKE_INSTALL_DATADIR}/${CMAKE_MATCH_2})
    set(name ${CMAKE_MATCH_3})
    wgmesh_made(completion/${name} DEPENDS mesh COMMAND mesh completion ${CMAKE_MATCH_1})
    install(FILES ${made}/completion/${name} DESTINATION ${folder} COMPONENT controller)
  endforeach()
endif()

add_custom_target(installed ALL DEPENDS ${made_files})
