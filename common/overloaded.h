// One function for each alternative of a variant: std::visit(Overloaded{[](const A&) {…}, [](const B&) {…}}, variant). It
// does not compile when an alternative is left out.
#pragma once

namespace wgmesh {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace wgmesh
