import type { CompletedCommand, CompletedValue } from "./completed-values.js";
import { quoted } from "./shell-word.js";

/** An assignment of the words to offer; undefined if file names are offered. */
function wordsOf({ words, namesOf }: CompletedValue): string | undefined {
  if (namesOf !== undefined) return `words=$(_lferc_names ${namesOf}) files=no`;
  return words === undefined ? undefined : `words=${quoted(words.join(" "))} files=no`;
}

/** For `source <(lferc completion bash)`. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const flags = commands.map(({ name, flags }) => {
    const all = flags.flatMap(({ spellings }) => spellings);
    return `      ${name}) words=${quoted([...all, "--help"].join(" "))} ;;\n`;
  });
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ spellings, value }) => {
      const words = value === undefined ? undefined : wordsOf(value);
      const patterns = spellings.map((flag) => quoted(`${name} ${flag}`));
      return words === undefined ? [] : [`    ${patterns.join("|")}) ${words} ;;\n`];
    }),
  );
  const places = commands.flatMap(({ name, places: [first] }) => {
    const words = first === undefined ? undefined : wordsOf(first.value);
    // The first argument that is no flag; what follows it may be a file.
    return words === undefined ? [] : [`      ${name}) (( COMP_CWORD == 2 )) && ${words} ;;\n`];
  });
  return `# Completion of lferc in bash: source <(lferc completion bash)
# _lferc_names models|recipes: those in the first file or folder of the command line.
_lferc_names() {
  local word
  for word in "\${COMP_WORDS[@]:2}"; do
    word=\${word//[\\\\\\"\\']/}
    word=\${word/#\\~\\//$HOME/}
    if [[ $word != -* && ( -d $word || ( -f $word && $word == *.lfer ) ) ]]; then
      "\${COMP_WORDS[0]/#\\~\\//$HOME/}" completion "$1" "$word" 2>/dev/null
      return
    fi
  done
}
_lferc() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words= files=
  # bash takes --flag=value for three words.
  if [[ $word == "=" ]]; then
    word=
  elif [[ $before == "=" ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W ${quoted(`${names} --help --version`)} -- "$word"))
    return
  fi
  case "$command $before" in
${values.join("")}  esac
  if [[ -z $files && $word == -* ]]; then
    case $command in
${flags.join("")}    esac
  elif [[ -z $files ]]; then
    case $command in
${places.join("")}    esac
  fi
  # Where no words are known, bash completes file names.
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ -n $files ]] && compopt +o default 2>/dev/null
  return 0
}
complete -o default -F _lferc lferc
`;
}
