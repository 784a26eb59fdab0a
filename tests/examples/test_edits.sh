#!/bin/bash
# vm: own
# Terraform and Pulumi on real nodes: see edits_of_real_nodes.sh. The Pulumi package is made here first, since a
# virtual machine has no way to a registry.
. "$(dirname "$(readlink -f "$0")")/lib.sh"
example pulumi "$work/pulumi"
export npm_config_cache=$source_folder/build/npm npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false
stack=$source_folder/build/examples/stack
rm -rf "$stack"
mkdir -p "$stack"
{ (cd "$work/pulumi" && npm install --no-package-lock && npm pack) &&
  (cd "$stack" && npm init -y && npm install --no-package-lock "$work/pulumi/wgmesh-pulumi-1.0.0.tgz"); } >"$stack.log" 2>&1 ||
  { tail -n 30 "$stack.log"; echo '0 passed, 1 failed'; exit 1; }
"$lab_folder/tools/with-kernel" --limit 600 --env STACK="$stack" -- "$source_folder/tests/examples/edits_of_real_nodes.sh"
