import type { CompletedCommand, CompletedFlag, CompletedValue } from "./completed-values.js";
import { quoted } from "./shell-word.js";

/** Text within the brackets of zsh's \`_arguments\`. */
const described = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

/** The action of \`_arguments\` that offers a value. */
function actionOf({ words, namesOf }: CompletedValue): string {
  if (namesOf !== undefined) return `_lferc_${namesOf}`;
  return words === undefined ? "_files" : `(${words.join(" ")})`;
}

function flagWords({ spellings, name, about, isMany, value }: CompletedFlag): string {
  const asked = value === undefined ? "" : `:${name}:${actionOf(value)}`;
  const exclusive = isMany ? "*" : spellings.length > 1 ? `(${spellings.join(" ")})` : "";
  // Long flags also take their value after an equals sign, short ones right after the letter.
  const joint = (flag: string): string => (value === undefined ? "" : flag.startsWith("--") ? "=" : "+");
  return spellings
    .map((flag) => `        ${quoted(`${exclusive}${flag}${joint(flag)}[${described(about)}]${asked}`)} \\\n`)
    .join("");
}

/** For `source <(lferc completion zsh)`, or as a file \`_lferc\` in the function path. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}\n`);
  const cases = commands.map(({ name, flags, places }) => {
    const given = places.map(
      ({ name: place, isMany, value }) => `        ${quoted(`${isMany ? "*" : ""}:${place}:${actionOf(value)}`)} \\\n`,
    );
    return `    ${name})
      _arguments \\
${[...flags.map(flagWords), ...given].join("")}        '(-h --help)'{-h,--help}'[show this]'
      ;;
`;
  });
  return `#compdef lferc
# Completion of lferc in zsh: source <(lferc completion zsh)
# _lferc_names models|recipes: those in the first file or folder of the command line.
_lferc_names() {
  local word
  local -a names
  for word in "\${(@Q)words[2,-1]}"; do
    word=\${word/#\\~\\//$HOME/}
    if [[ $word != -* && ( -d $word || ( -f $word && $word == *.lfer ) ) ]]; then
      names=("\${(@f)$($lferc_typed completion $1 $word 2>/dev/null)}")
      compadd -- $names
      return
    fi
  done
  _message "$1: name the file first"
}
_lferc_models() { _lferc_names models }
_lferc_recipes() { _lferc_names recipes }
_lferc() {
  local -a commands
  commands=(
${names.join("")}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2] lferc_typed=\${\${(Q)words[1]}/#\\~\\//$HOME/}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("")}  esac
}
if [[ $funcstack[1] == _lferc ]]; then
  _lferc "$@"
else
  compdef _lferc lferc
fi
`;
}
