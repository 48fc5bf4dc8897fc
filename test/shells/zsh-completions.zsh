# zsh -f zsh-completions.zsh SCRIPT LINE: what zsh offers where LINE ends, a line each.
zmodload zsh/zpty
zpty z zsh -f -i
# The inner shell has no prompt and prints what is offered in place of listing it.
zpty -w z "PROMPT=; autoload -Uz compinit; compinit -u -D; source ${(q)1}"
zpty -w z 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "offered:$hit"; done
  builtin compadd "$@"
}
say-end() { print "offered-all" }
comppostfuncs=(say-end)
bindkey "^I" complete-word; unsetopt list_ambiguous auto_menu; setopt no_beep; zstyle ":completion:*" list no'
zpty -w z 'print re''ady'
zpty -r z seen '*ready*'
zpty -w -n z "$2"$'\t'
while zpty -r z line; do
  [[ $line == *offered-all* ]] && break
  [[ $line == *offered:* ]] && print -r -- "${${line##*offered:}%%$'\r'*}"
done
zpty -d z
