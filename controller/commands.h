// One function per verb. Each prints its result on stdout and its errors on stderr, and returns the
// exit code; an exception that leaves one is main's to print. With -J the result of a verb that changes nodes or says
// what would goes into `document`, which main prints.
#pragma once

#include "controller/command_line.h"
#include "controller/mesh/mesh.h"
#include "controller/result_document.h"

namespace wgmesh {

// And sync, and rotate.
int run_up(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document);
int run_down(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document);
int run_plan(const CommandLine& command_line, const Mesh& mesh, ResultDocument& document);
int run_status(const CommandLine& command_line, const Mesh& mesh);
int run_show(const CommandLine& command_line, const Mesh& mesh);
int run_info(const CommandLine& command_line, const Mesh& mesh);
int run_check(const CommandLine& command_line, const Mesh& mesh);
int run_graph(const CommandLine& command_line, const Mesh& mesh);
int run_bench(const CommandLine& command_line, const Mesh& mesh);
int run_conf(const CommandLine& command_line, const Mesh& mesh);
int run_hosts(const Mesh& mesh);
// There is no mesh yet.
int run_init(const CommandLine& command_line);
int run_export(const CommandLine& command_line, const Mesh& mesh);
// With --offline.
int run_offline_export(const CommandLine& command_line, const Mesh& mesh);

}  // namespace wgmesh
