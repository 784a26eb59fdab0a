// What a login has found out about a host, put into the draft: its own name, an endpoint that it has, a port that is
// free, and what is in the way of a mesh. Pure; the host has changed nothing, and is asked nothing here.
#pragma once

#include <map>
#include <string>

#include "controller/init/draft.h"
#include "proto/session.pb.h"

namespace wgmesh {

struct SurveyedHost {
  proto::Hello hello;
  std::string reached_at;  // the address that SSH went to; empty: it went by way of another host
};

// By names of the draft's nodes, which may get other names here.
void put_facts(Draft& draft, const std::map<std::string, SurveyedHost>& hosts);

}  // namespace wgmesh
