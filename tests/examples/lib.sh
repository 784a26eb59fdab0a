# shellcheck shell=bash
# lib.sh - what tests of examples share: `. lib.sh` first, `finish_example` last. Cases are written as in the lab
# (tests/lab/lib/lib.sh). A test runs what the README of its example says, word for word: the blocks marked `sh`.
# Blocks marked `console` are for readers only: they need a network, or take minutes.
#
#   example NAME [COPY]       the example of this test; blocks run in its folder $example, or in a copy of the folder, COPY
#   follow 'HEADING'          runs the blocks below that heading of the README, as one script that ends at its first failure;
#                             afterwards $status, $out and $err are there
#   follow_page FILE 'HEADING'  the same of another page of the repository, from the repository's top
#   expect_followed           … and expects that it did not fail
#   blocks 'HEADING'          prints these blocks instead
#   finish_example            expects that each heading with a block was followed, then ends as `finish`
#
# `mesh` and `wgmesh-agent` of the release build are on the PATH.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lab/lib/lib.sh"
export LC_ALL=C.UTF-8 PATH=$build/controller:$build/agent:$PATH
example='' guide='' followed=()

example() {
  example=$source_folder/examples/$1
  guide=$example/README.md
  if [ -n "${2:-}" ]; then
    mkdir -p "$2"
    cp -a "$example/." "$2"
    example=$2
  fi
}

# A heading inside a block is a comment of the shell's.
blocks() {
  awk -v heading="$1" '
    /^```/ { inside = !inside; wanted = inside && at && $0 == "```sh"; next }
    !inside && /^#+ / { sub(/^#+ /, ""); at = $0 == heading; next }
    wanted' "$guide"
}

headings() {
  awk '/^```/ { inside = !inside; if ($0 == "```sh" && !told[at]++) print at; next }
    !inside && /^#+ / { sub(/^#+ /, ""); at = $0 }' "$guide"
}

follow() {
  followed+=("$1")
  do_as_told "$1" "$example"
}

follow_page() {
  local guide=$source_folder/$1
  do_as_told "$2" "$source_folder"
}

do_as_told() { # do_as_told HEADING FOLDER
  local script
  script=$(blocks "$1")
  [ -n "$script" ] || { fail "$guide has no block of sh below '$1'"; status=1; return; }
  run env --chdir "$2" sh -e -c "$script"
}

expect_followed() { [ "$status" = 0 ] || fail "exit status $status"; }

finish_example() {
  test_case "the README of $(basename "$(dirname "$guide")") was followed to its end"
  last=''
  expect 'each heading with a block' diff <(headings | sort) <(printf '%s\n' "${followed[@]}" | sort -u)
  finish
}
