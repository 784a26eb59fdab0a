// Writes metrics in the text exposition format of Prometheus (version 0.0.4). Knows no mesh.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wgmesh {

// All samples of one metric. The head (HELP and TYPE) comes with the first sample.
class MetricFamily {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // `type`: "counter" or "gauge". What the views point to must outlive the family.
  MetricFamily(std::string& out, std::string_view name, std::string_view type,
               std::string_view help)
      : out_(out), name_(name), type_(type), help_(help) {}

  void add(Labels labels, std::uint64_t value);

 private:
  std::string& out_;
  std::string_view name_;
  std::string_view type_;
  std::string_view help_;
  bool has_head_ = false;
};

// As it stands between the quotes of a label. Octets beyond ASCII become the code points of their
// values: the format is UTF-8, and one wrong octet would make a whole document unreadable.
std::string escaped_label(std::string_view value);

}  // namespace wgmesh
