#include "controller/completion_script.h"

#include <array>
#include <utility>

namespace wgmesh {
namespace {

// All of them run the `mesh` of the PATH, whatever was typed: a completion must not start a program that nobody has
// started. A first line `:files PREFIX` asks for names of files behind PREFIX.

// bash breaks words at = and : and keeps quotes; both are undone, and what stands before the last break is taken off
// the answers again. Neither bash-completion nor a newer bash than 4.4 is needed.
constexpr std::string_view kBash =
    R"SCRIPT(# bash completion for mesh; load it with: source <(mesh completion bash)
_mesh() {
  local IFS=$'\n' word glued='' before='' i
  local -a words=()
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && ($word == [=:] || -n $glued) ]]; then
      [[ $word == [=:] ]] && glued=1 || glued=''
      before=${words[-1]}
      [[ -z $glued ]] || before+=$word
      words[-1]+=$word
    else
      glued='' before=''
      words+=("$word")
    fi
  done
  for i in "${!words[@]}"; do
    words[i]=${words[i]//[\'\"\\]/}
    [[ ${words[i]} != '~/'* ]] || words[i]=$HOME/${words[i]#'~/'}
  done
  before=${before//[\'\"\\]/}
  local -a answer
  mapfile -t answer < <(command mesh __complete "${words[@]}" 2>/dev/null)
  local current=${words[-1]}
  if [[ ${answer[0]:-} == :files* ]]; then
    local prefix=${answer[0]#:files }
    compopt -o filenames 2>/dev/null
    current=${current#"$prefix"}
    prefix=${prefix#"$before"}
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$current")
    return
  fi
  for word in "${answer[@]}"; do
    word=${word%%$'\t'*}
    COMPREPLY+=("${word#"$before"}")
  done
}
complete -F _mesh mesh
)SCRIPT";

constexpr std::string_view kZsh =
    R"SCRIPT(#compdef mesh
# zsh completion for mesh; load it with: source <(mesh completion zsh)
_mesh() {
  local line prefix setting
  local -a answer names texts before
  before=("${(@Q)words[2,CURRENT-1]}")
  before=("${(@)before/#\~\//$HOME/}")
  # An assignment before the command is part of the line, not of its words.
  for setting in ${(z)LBUFFER}; do
    [[ $setting == WGMESH_FILE=* ]] && local -x WGMESH_FILE=${(Q)setting#*=}
  done
  answer=("${(@f)$(command mesh __complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
  if [[ ${answer[1]} == :files* ]]; then
    prefix=${answer[1]#:files }
    [[ -z $prefix ]] || compset -P "${(b)prefix}"
    _files
    return
  fi
  for line in "${answer[@]}"; do
    [[ -n $line ]] || continue
    names+=("${line%%$'\t'*}")
    texts+=("${line/$'\t'/  -- }")
  done
  ((${#names})) || return 1
  compadd -l -d texts -a names
}
if [[ ${funcstack[1]} == _mesh ]]; then
  _mesh "$@"
else
  compdef _mesh mesh
fi
)SCRIPT";

constexpr std::string_view kFish =
    R"SCRIPT(# fish completion for mesh; load it with: mesh completion fish | source
function __mesh_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    # Assignments before the command belong to the line, too.
    while set -q before[1]; and string match -qr '^[A-Za-z_][A-Za-z_0-9]*=' -- $before[1]
        if string match -q 'WGMESH_FILE=*' -- $before[1]
            set -lx WGMESH_FILE (string replace 'WGMESH_FILE=' '' -- $before[1])
        end
        set -e before[1]
    end
    set -e before[1]
    set before (string replace -r '^~/' "$HOME/" -- $before)
    set -l answer (command mesh __complete $before "$current" 2>/dev/null)
    if string match -q ':files*' -- $answer[1]
        set -l prefix (string replace -r '^:files ' '' -- $answer[1])
        set -l path (string sub -s (math (string length -- $prefix) + 1) -- $current)
        for name in (__fish_complete_path $path)
            echo -- $prefix$name
        end
        return
    end
    printf '%s\n' $answer
end
complete -c mesh -f -a '(__mesh_complete)'
)SCRIPT";

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kScripts = {
    {{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}}};

}  // namespace

std::vector<std::string> completed_shells() {
  std::vector<std::string> shells;
  for (const auto& [shell, script] : kScripts) { shells.emplace_back(shell); }
  return shells;
}

std::optional<std::string> completion_script(std::string_view shell) {
  for (const auto& [name, script] : kScripts) {
    if (name == shell) { return std::string(script); }
  }
  return std::nullopt;
}

}  // namespace wgmesh
