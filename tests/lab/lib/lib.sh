# shellcheck shell=bash
# lib.sh - what lab tests are written with: `. tests/lab/lib/lib.sh` first, `finish` last.
#
#   test_case 'NAME'            a new test begins; the one before it passed unless something in it failed
#   run CMD…                    runs CMD; afterwards $status, $out and $err (its two streams) are there
#   mesh ARG…                   the same for the release build's mesh, run from ctl on $mesh_file
#   here ARG…                   … run from here: for nodes over exec, of which the mesh may be no path to them
#   inner I                     node I's address where the network is fd00:0:0:1::/64
#   expect_status N             … ended with exit status N
#   expect_out TEXT, expect_err TEXT, expect_no_out TEXT, expect_no_err TEXT
#                               … said TEXT (a bash pattern, anywhere in it), or did not
#   expect 'WHAT' CMD…          CMD succeeds; WHAT is what to call it in a failure
#   await SECONDS CMD…          polls CMD; false once the time is over
#   remember I…                 keeps what nodes I… are: links, addresses, WireGuard, routes, stored files
#   expect_as_before I…         … and they are that again, within 15 s (a node may still be undoing)
#   ping_pairs COUNT ADDRESS-FUNCTION [SECONDS]   every directed pair of nodes 0…COUNT-1 pings, at once;
#                               SECONDS: how long a pair may try (default: the first echo must come back)
#   finish                      prints 'N passed, N failed' and exits
#
# A failed expectation shows what was run and what it said, ends no script, and fails its test once.
set -uo pipefail

lab_folder=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
source_folder=$(dirname "$(dirname "$lab_folder")")
nodes=$lab_folder/tools/nodes
build=${WGMESH_BUILD:-$source_folder/build/release}
mesh_program=$build/controller/mesh
see_nodes=$build/tests/lab/see_nodes
mesh_file=''
LAB=${LAB:-/var/tmp/wgmesh-lab}
work=$(mktemp -d "${TMPDIR:-/tmp}/wgmesh-test.XXXXXX")
clean_up() { "$nodes" down 2>/dev/null; rm -rf "$work"; }
trap clean_up EXIT

passed=0 failed=0 current='' broken='' status=0 out='' err='' last=''

close_case() {
  [ -n "$current" ] || return 0
  if [ -n "$broken" ]; then
    failed=$((failed + 1))
    echo "not ok - $current ($((SECONDS - case_began)) s)"
  else
    passed=$((passed + 1))
    echo "ok - $current ($((SECONDS - case_began)) s)"
  fi
}

test_case() { close_case; current=$1 broken='' case_began=$SECONDS; }

finish() {
  close_case
  current=''
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
  exit
}

fail() { # fail WHAT: with the last command and what it said, the first time in a test
  echo "# $current: $1"
  [ -z "$broken" ] || return 0
  broken=1
  {
    [ -z "$last" ] || echo "# after: $last (exit status $status)"
    [ -z "$out" ] || sed 's/^/#   out: /' <<<"$out"
    [ -z "$err" ] || sed 's/^/#   err: /' <<<"$err"
  } | head -n 80
}

run() {
  last=$*
  status=0
  "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
}

mesh() { run "$nodes" ctl "$mesh_program" -f "$mesh_file" "$@"; }
here() { run "$mesh_program" -f "$mesh_file" "$@"; }
inner() { printf 'fd00:0:0:1::%x\n' $(($1 + 1)); }

expect_status() { [ "$status" = "$1" ] || fail "exit status $status instead of $1"; }
expect_out() { [[ $out == *$1* ]] || fail "stdout lacks '$1'"; }
expect_err() { [[ $err == *$1* ]] || fail "stderr lacks '$1'"; }
expect_no_out() { [[ $out != *$1* ]] || fail "stdout has '$1'"; }
expect_no_err() { [[ $err != *$1* ]] || fail "stderr has '$1'"; }

expect() {
  local what=$1 said
  shift
  said=$("$@" 2>&1) || { fail "$what"; echo "#   failed: $*"; sed 's/^/#     /' <<<"$said" | head -n 20; }
}

await() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || return 1
    sleep 0.2
  done
}

on() { "$nodes" in "$@"; } # on I CMD…

# See see_nodes.cc for what counts; a file that was written anew does, too.
see_exactly() { # see_exactly I… [-- OPTION…]
  local arguments=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    arguments+=("$1=$(<"$LAB/n/$1/pid"):$LAB/n/$1/upper")
    shift
  done
  "$see_nodes" "${@:2}" --exact "$work/before" "${arguments[@]}" >"$work/seen" 2>&1
}

remember() {
  rm -rf "$work/before"
  mkdir "$work/before"
  see_exactly "$@" -- --keep before || fail "nodes $* cannot be seen: $(<"$work/seen")"
}

expect_as_before() {
  await 15 see_exactly "$@" || { fail "nodes $* are not all as before"; sed -E 's/^(.{400}).*/\1…/; s/^/#     /' "$work/seen" | head -n 20; }
}

# One shell on each node starts its pings, for starting programs is what costs under emulation. The first
# argument of the shell is how long a pair may try, in seconds.
ping_pairs() { # all at the same time; names the pairs that do not answer
  local count=$1 address=$2 seconds=${3:-0} i j waiting=() targets
  for ((i = 0; i < count; i++)); do
    targets=''
    for ((j = 0; j < count; j++)); do [ "$i" = "$j" ] || targets+=" $("$address" "$j")=$j"; done
    # shellcheck disable=SC2016,SC2086
    on "$i" sh -c 'tries=$1; shift
      one() {
        left=$tries
        until ping -q -c 1 -W 5 "${1%=*}" >/dev/null 2>&1; do
          left=$((left - 1))
          if [ "$left" -lt 0 ]; then echo "${1##*=}"; return; fi
        done
      }
      for target in "$@"; do one "$target" & done
      wait' sh $(((seconds + 4) / 5)) $targets | sed "s/^/$i->/" >"$work/silent.$i" &
    waiting+=($!)
  done
  wait "${waiting[@]}"
  if grep -q . "$work"/silent.*; then
    fail "these pairs do not ping: $(sort "$work"/silent.* | tr '\n' ' ')"
  fi
  rm -f "$work"/silent.*
}

# The root of node I's bridge, as the kernel tells it: PRIORITY.MAC, both hexadecimal.
bridge_root() { on "$1" cat "/sys/class/net/$2/bridge/root_id"; }
bridge_id() { on "$1" cat "/sys/class/net/$2/bridge/bridge_id"; }
