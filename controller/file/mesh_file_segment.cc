#include "controller/file/mesh_file_segment.h"

#include <array>
#include <cstdint>
#include <string>

#include "controller/text/messages.h"

namespace wgmesh {
namespace {

const std::array<std::string, 4> kStpKeys = {"forward_delay", "hello_time", "max_age", "ageing"};

// The kernel's floors and ceilings (br_stp.c), and the rule that IEEE 802.1D has for the three
// together: a bridge that breaks it may forward while an older tree is still believed elsewhere.
void read_stp(const MapReader& mesh_keys, StpTimers& stp) {
  const auto value = mesh_keys.find("stp");
  if (!value) { return; }
  const MapReader map(*value, "a map with forward_delay, hello_time, max_age, ageing", kStpKeys);
  bool understood = value->node->kind == YamlNode::Kind::kMap;
  const auto seconds = [&](const char* key, std::uint64_t least, std::uint64_t most,
                           unsigned& into) {
    const auto timer = map.find(key);
    if (!timer) { return; }
    const auto number = read_number(*timer, "seconds", least, most);
    if (number) { into = static_cast<unsigned>(*number); }
    understood = understood && number;
  };
  seconds("forward_delay", 2, 30, stp.forward_delay);
  seconds("hello_time", 1, 10, stp.hello_time);
  seconds("max_age", 6, 40, stp.max_age);
  seconds("ageing", 1, 1'000'000, stp.ageing);
  const unsigned most = 2 * (stp.forward_delay - 1);
  const unsigned least = 2 * (stp.hello_time + 1);
  if (understood && (most < stp.max_age || stp.max_age < least)) {
    value->fault(say<"file-stp-timers-unfit">(most, stp.max_age, least));
  }
}

void read_loop_prevention(const MapReader& mesh_keys, Mesh& mesh) {
  const auto value = mesh_keys.find("loop_prevention");
  if (!value) { return; }
  const auto text = read_text(*value, "stp or split-horizon");
  if (!text) { return; }
  if (*text == "split-horizon") {
    mesh.loop_prevention = LoopPrevention::kSplitHorizon;
  } else if (*text != "stp") {
    value->expected("stp or split-horizon");
  }
}

void read_path_cost(const MapReader& mesh_keys, Mesh& mesh) {
  const auto value = mesh_keys.find("path_cost");
  if (!value) { return; }
  if (value->is_text() && value->node->text == "auto") {
    mesh.path_cost.kind = PathCost::Kind::kMeasured;
  } else if (const auto cost = read_number(*value, "auto or a path cost", 1, 65535)) {
    mesh.path_cost = {PathCost::Kind::kFixed, static_cast<std::uint16_t>(*cost)};
  } else {
    return;
  }
  if (mesh.loop_prevention == LoopPrevention::kSplitHorizon) {
    value->fault(say<"file-path-cost-useless">());
  }
}

}  // namespace

std::span<const std::string> stp_keys() { return kStpKeys; }

void read_segment(const MapReader& map, Mesh& mesh) {
  read_stp(map, mesh.stp);
  read_loop_prevention(map, mesh);
  read_path_cost(map, mesh);
  if (const auto value = map.find("learn_endpoints")) {
    mesh.learn_endpoints = read_boolean(*value).value_or(true);
  }
}

}  // namespace wgmesh
