// Characters that leave no mark of their own: what turns the direction of writing, joins, breaks
// lines or only takes room. Shown by their code, nobody can hide anything behind them.
#pragma once

namespace wgmesh {

// Unicode's format characters (Cf), line and paragraph separators, blanks other than the space, and
// letters that are drawn as nothing.
bool is_invisible(char32_t code_point);

}  // namespace wgmesh
