#!/bin/bash
# A release that is built anew, from a copy of the sources in another folder and without ccache, has the same octets.
. "$(dirname "$(readlink -f "$0")")/lib.sh"

elsewhere=$kept/elsewhere/of-another-length/wgmesh
rm -rf "$elsewhere"
mkdir -p "$elsewhere"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -a --parents -t "$elsewhere"

test_case 'a release from another folder has the same octets'
run env -u CMAKE_CXX_COMPILER_LAUNCHER CCACHE_DISABLE=1 TZ=Asia/Tokyo LANG=C "$elsewhere/packaging/release"
expect_status 0
for file in "$dist"/*; do
  [[ ${file##*/} != SHA256SUMS.sig ]] || continue
  expect "${file##*/}" cmp "$file" "$elsewhere/build/dist/${file##*/}"
done
expect 'something was compared' test -s "$elsewhere/build/dist/SHA256SUMS"
[ -n "$broken" ] || rm -rf "$elsewhere"

finish
