/** Asks `nicdiag __complete` for the words of the line. Shells split lines at colons and equal signs too, as they stand in
 * PCI addresses and options: the line is taken as it was typed, and of each candidate what is typed already is cut off
 * up to the last of them. */
const BASH = `# bash completion for nicdiag: source <(nicdiag completion bash)
_nicdiag() {
  local line=\${COMP_LINE:0:COMP_POINT} words typed answer directive candidate shown
  read -ra words <<< "$line"
  case $line in *[[:space:]]) words+=('') ;; esac
  typed=\${words[\${#words[@]}-1]}
  answer=$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null) || return
  directive=\${answer##*:}
  answer=\${answer%:*}
  shown=
  case $typed in *[:=]*) shown=\${typed%"\${typed##*[:=]}"} ;; esac
  case $typed in -*=*) shown=\${shown#*=} ;; esac
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    [ -n "$candidate" ] && COMPREPLY+=("\${candidate#"$shown"}")
  done <<< "$answer"
  [ $((directive & 1)) -ne 0 ] && return
  if [ $((directive & 2)) -ne 0 ]; then compopt -o nospace; fi
  if [ $((directive & 16)) -ne 0 ]; then
    compopt -o dirnames
  elif [ $((directive & 4)) -eq 0 ] && [ \${#COMPREPLY[@]} -eq 0 ]; then
    compopt -o default
  fi
}
complete -F _nicdiag nicdiag
`;

const ZSH = `#compdef nicdiag
# zsh completion for nicdiag: source <(nicdiag completion zsh)
_nicdiag() {
  local answer directive line
  local -a lines candidates
  answer=$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return
  directive=\${answer##*:}
  lines=("\${(@f)\${answer%:*}}")
  for line in $lines; do
    [[ -n $line ]] || continue
    line=\${line//:/\\\\:}
    candidates+=("\${line/$'\\t'/:}")
  done
  (( directive & 1 )) && return
  if (( directive & 16 )); then
    _files -/
  elif (( \${#candidates} )); then
    [[ \${words[CURRENT]} == -*=* ]] && compset -P '*='
    _describe nicdiag candidates
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _nicdiag nicdiag
`;

const FISH = `# fish completion for nicdiag: nicdiag completion fish | source
function __nicdiag_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  set -l answer ($words[1] __complete $words[2..-1] "$typed" 2>/dev/null)
  or return
  set -l directive (string sub -s 2 -- $answer[-1])
  set -e answer[-1]
  set -l before ""
  if string match -q -- '-*=*' "$typed"
    set before (string replace -r '=.*' '=' -- "$typed")
  end
  if test (math "bitand($directive, 16)") -ne 0
    __fish_complete_directories "$typed"
  else if test (count $answer) -gt 0
    printf '%s\\n' $before$answer
  else if test (math "bitand($directive, 5)") -eq 0
    __fish_complete_path "$typed"
  end
end
complete -c nicdiag -f -a '(__nicdiag_complete)'
`;

/** By the shells' names. */
export const SHELL_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
