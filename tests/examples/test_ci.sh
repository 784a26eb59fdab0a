#!/bin/bash
# vm: own
# The jobs of the CI example, step by step, on three nodes that are played, beside a server that keeps comments as GitHub
# and GitLab do.
. "$(dirname "$(readlink -f "$0")")/played.sh"
example ci "$work/ci"
play web1 web2 db1
here=$source_folder/tests/examples
python3 "$here/comment_server.py" "$work" &
server=$!
trap 'kill $server; clean_up' EXIT
await 20 test -e "$work/port" || exit 1
api=http://127.0.0.1:$(<"$work/port")

# The home of the user database, too, is one of the test's own.
at_home() { unshare --mount --propagation private sh -c 'mount --bind "$HOME" "$0" && cd "$1" && shift && exec "$@"' "$(getent passwd "$(id -u)" | cut -d : -f 6)" "$PWD" "$@"; }

# job FILE JOB NAME=VALUE…: its steps, in one shell that ends at the first failure, with these variables
job() {
  local steps
  steps=$("$here/steps_of" "$1" "$2") || fail "$1 has no job $2"
  run at_home env "${@:3}" CI=true SSH_KNOWN_HOSTS="${known_hosts-$hosts}" SSH_PRIVATE_KEY="${private_key-$key}" sh -e -c "$steps"
}
github=.github/workflows/mesh.yml
on_github=(GITHUB_ACTIONS=true GITHUB_API_URL="$api" GITHUB_REPOSITORY=ann/lan PULL_REQUEST=7)
on_gitlab=(CI_API_V4_URL="$api" CI_PROJECT_ID=3 CI_MERGE_REQUEST_IID=7)
count_comments() { jq length "$work/comments.json"; }
comment() { jq -r '.[-1].body' "$work/comments.json"; }
expect_comment() { [[ $(comment) == *"$1"* ]] || { fail "the comment lacks '$1'"; comment | sed 's/^/#   /'; }; }

test_case 'a key is made as the README says'
follow 'Set it up'
expect_followed
hosts='192.0.2.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDLmsFIV8y2Y1mWlSDIfDYEsGdrf1GR8GiuUTeOKIwz8'
key=$(<pipeline-key)

test_case 'the steps get all that the workflow hands them'
names=$("$here/steps_of" $github --names | tr '\n' ' ')
expect 'these names' test "$names" = 'COMMENT_TOKEN PULL_REQUEST SSH_KNOWN_HOSTS SSH_PRIVATE_KEY WGMESH_PACKAGE WGMESH_SHA256 '

test_case 'GitHub: the plan becomes a comment, and a later one replaces it'
job $github plan "${on_github[@]}" COMMENT_TOKEN=the-token
expect_status 0
expect 'the hosts are known' grep -qxF "$hosts" "$HOME/.ssh/known_hosts"
expect 'nobody else may read the key' test "$(stat -c %a "$HOME/.ssh/id_ed25519")" = 600
expect_comment 'This changes the mesh'
expect_comment '+ node web1'
expect_once web1 web2 db1
comments=$(count_comments)
job $github plan "${on_github[@]}" COMMENT_TOKEN=the-token
expect_status 0
expect 'no second comment' test "$(count_comments)" = "$comments"
expect 'it is changed by its own path' grep -q "^PATCH /repos/ann/lan/issues/comments/101 Bearer" "$work/requests"
expect 'no file is left' test -z "$(find . -newer pipeline-key -name 'mesh-*')"
count_sessions

test_case 'up on main brings the mesh up'
job $github up
expect_status 0
expect_out '3 changed'
expect_once web1 web2 db1
job .gitlab-ci.yml up
expect_status 0
expect_out '3 unchanged'
count_sessions

test_case 'GitLab: a merge request that changes nothing, then one that does'
job .gitlab-ci.yml plan "${on_gitlab[@]}" COMMENT_TOKEN=the-token
expect_status 0
expect_comment 'This changes nothing in the mesh'
sed -i 's/192\.0\.2\.3$/192.0.2.33/' mesh.yaml
job .gitlab-ci.yml plan "${on_gitlab[@]}" COMMENT_TOKEN=the-token
expect_status 0
expect_comment 'endpoint 192.0.2.3:51820 → 192.0.2.33:51820'
expect 'it was replaced' grep -q '^PUT /projects/3/merge_requests/7/notes/101 the-token$' "$work/requests"
expect 'the words of others stay' test "$(jq -r '.[0].body' "$work/comments.json")" = "Somebody else's words"

test_case 'without a plan the comment says why, and the job fails with the same code'
node_is db1 away
job .gitlab-ci.yml plan "${on_gitlab[@]}" COMMENT_TOKEN=the-token
expect_status 4
expect_comment 'There is no plan: mesh ended with exit code 4'
expect_comment 'db1: connect: '
job .gitlab-ci.yml up
expect_status 4
node_is db1 keeps

test_case "a person's own files are not replaced"
run at_home env -u CI SSH_KNOWN_HOSTS=x SSH_PRIVATE_KEY=x ci/prepare
expect_status 1
expect_err 'only runs in a pipeline'
expect 'they are as they were' grep -qxF "$hosts" "$HOME/.ssh/known_hosts"

test_case 'a secret that is missing or wrong is named'
known_hosts='' job .gitlab-ci.yml up
expect_status 1
expect_err 'the secret SSH_KNOWN_HOSTS is missing'
private_key='' job .gitlab-ci.yml up
expect_err 'the secret SSH_PRIVATE_KEY is missing'
private_key=nonsense job .gitlab-ci.yml up
expect_status 1
expect_err 'SSH_PRIVATE_KEY is no private key'
job .gitlab-ci.yml plan "${on_gitlab[@]}" COMMENT_TOKEN=another
expect 'a token that may not comment fails the job' test "$status" != 0
expect_err '403'

test_case 'a mesh file with a fault fails before a node is contacted'
count_sessions
cp mesh.yaml kept
sed -i 's/10.77.0.2/10.78.0.2/' mesh.yaml
job .gitlab-ci.yml up
expect_status 65
expect_err 'mesh.yaml:'
count_sessions
expect 'nobody was contacted' test -z "$sessions"
mv kept mesh.yaml

test_case 'mesh is fetched only if it is what the sum says'
mkdir -p "$work/without"
for tool in curl jq ssh ssh-keygen mktemp sha256sum id cat tr mkdir env sh getent cut; do ln -sf "$(command -v $tool)" "$work/without/"; done
echo 'no package' >"$work/wgmesh.deb"
run at_home env CI=true PATH="$work/without" SSH_KNOWN_HOSTS="$hosts" SSH_PRIVATE_KEY="$key" ci/prepare
expect_status 1
expect_err 'WGMESH_PACKAGE or WGMESH_SHA256 is missing'
run at_home env CI=true PATH="$work/without" SSH_KNOWN_HOSTS="$hosts" SSH_PRIVATE_KEY="$key" WGMESH_PACKAGE="file://$work/wgmesh.deb" WGMESH_SHA256="$(printf '%064d' 0)" ci/prepare
expect_status 1
expect_err 'is not what WGMESH_SHA256 says'

test_case 'a step by hand'
follow 'Run a step by hand'
expect_followed
expect_out '2 changed'
finish_example
