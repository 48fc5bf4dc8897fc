import type { Options } from "yargs";
import { type DeclaredArguments, typeOf } from "./declared-arguments.js";
import { quoted } from "./shell-word.js";

/** A command as completion sees it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly declared: DeclaredArguments;
}

/** The spellings of an option; a switch that is on by default can be turned off. */
function flagsOf(name: string, option: Options): readonly string[] {
  const short = [option.alias ?? []].flat().map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`));
  const isOn = typeOf(option) === "boolean" && String(option.default ?? option.defaultDescription) === "true";
  return [...short, `--${isOn ? `no-${name}` : name}`];
}

const choicesOf = (option: { readonly choices?: Options["choices"] }): readonly string[] | undefined =>
  option.choices?.map(String);

/** For `source <(lferc completion bash)`. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const flags = commands.map(({ name, declared }) => {
    const all = [...declared.options].flatMap(([option, about]) => flagsOf(option, about));
    return `      ${name}) words=${quoted([...all, "--help"].join(" "))} ;;\n`;
  });
  const values = commands.flatMap(({ name, declared }) =>
    [...declared.options].flatMap(([option, about]) => {
      const choices = choicesOf(about);
      const patterns = flagsOf(option, about).map((flag) => quoted(`${name} ${flag}`));
      return choices === undefined ? [] : [`    ${patterns.join("|")}) words=${quoted(choices.join(" "))} ;;\n`];
    }),
  );
  const places = commands.flatMap(({ name, declared }) => {
    const [first] = declared.positionals;
    const choices = first === undefined ? undefined : choicesOf(first.options);
    return choices === undefined ? [] : [`      ${name}) words=${quoted(choices.join(" "))} ;;\n`];
  });
  return `# Completion of lferc in bash: source <(lferc completion bash)
_lferc() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=
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
  if [[ -z $words && $word == -* ]]; then
    case $command in
${flags.join("")}    esac
  elif [[ -z $words ]]; then
    case $command in
${places.join("")}    esac
  fi
  # Where no words are known, bash completes file names.
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _lferc lferc
`;
}

/** Text within the brackets of zsh's \`_arguments\`. */
const described = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

function zshOption(name: string, option: Options): string {
  const flags = flagsOf(name, option);
  const isSwitch = typeOf(option) === "boolean";
  const choices = choicesOf(option);
  const value = isSwitch ? "" : `:${name}:${choices === undefined ? "_files" : `(${choices.join(" ")})`}`;
  const about = `[${described(option.describe ?? "")}]${value}`;
  const exclusive = option.array === true ? "*" : flags.length > 1 ? `(${flags.join(" ")})` : "";
  return flags.map((flag) => `        ${quoted(`${exclusive}${flag}${about}`)} \\\n`).join("");
}

/** For `source <(lferc completion zsh)`, or as a file \`_lferc\` in the function path. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}\n`);
  const cases = commands.map(({ name, declared }) => {
    const options = [...declared.options].map(([option, about]) => zshOption(option, about));
    const places = declared.positionals.map(({ name: place, isMany, options: about }) => {
      const choices = choicesOf(about);
      const what = choices === undefined ? "_files" : `(${choices.join(" ")})`;
      return `        ${quoted(`${isMany ? "*" : ""}:${place}:${what}`)} \\\n`;
    });
    return `    ${name})
      _arguments \\
${[...options, ...places].join("")}        '(-h --help)'{-h,--help}'[show this]'
      ;;
`;
  });
  return `#compdef lferc
# Completion of lferc in zsh: source <(lferc completion zsh)
_lferc() {
  local -a commands
  commands=(
${names.join("")}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
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
