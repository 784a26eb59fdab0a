#!/bin/bash
# vm: own
# Every example: mesh understands its files, shells understand its commands, and it is run by a test here, or its first
# line says that it is not. No node is contacted.
export LAB=${TMPDIR:-/tmp}/wgmesh-no-lab
. "$(dirname "$(readlink -f "$0")")/lib.sh"

for folder in "$source_folder"/examples/*/; do
  name=$(basename "$folder")
  example "$name"

  test_case "$name: mesh understands its mesh files"
  while read -r file; do
    run "$mesh_program" -f "$file" conf
    expect_status 0
  done < <(find "$folder" -name 'mesh*.yaml' -not -path '*/node_modules/*')

  test_case "$name: each YAML file is one"
  while read -r file; do
    expect "$file" python3 -c 'import sys, yaml; list(yaml.safe_load_all(open(sys.argv[1])))' "$file"
  done < <(find "$folder" \( -name '*.yaml' -o -name '*.yml' \) -not -path '*/node_modules/*')

  test_case "$name: shells understand what its README says"
  expect 'it has a README' test -s "$guide"
  while read -r heading; do
    expect "$heading" sh -n -c "$(blocks "$heading")"
  done < <(headings)

  test_case "$name: a page says for whom it is"
  last=''
  expect 'docs/labs.md or docs/iac.md' grep -qF "examples/$name)" "$source_folder"/docs/*.md

  test_case "$name: a test runs it, or its first line says that nothing did"
  if ! grep -qlE "^ *example $name( |\$)" "$source_folder"/tests/examples/test_*.sh; then
    run head -n 1 "$guide"
    expect_out 'not tried'
  fi
done
finish
