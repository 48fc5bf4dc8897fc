import type { CompletedCommand, CompletedValue } from "./completed-values.js";

/** Text in fish's single quotes. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** The options of \`complete\` that offer a value; \`-f\`: no file names. */
function offer({ words, namesOf }: CompletedValue): string {
  if (namesOf !== undefined) return ` -f -a ${quoted(`(__lferc_names ${namesOf})`)}`;
  return words === undefined ? "" : ` -f -a ${quoted(words.join(" "))}`;
}

const isOffered = ({ words, namesOf }: CompletedValue): boolean => words !== undefined || namesOf !== undefined;

/** \`-l NAME\` or \`-s LETTER\`. */
const spelled = (flag: string): string => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`);

function commandLines({ name, summary, flags, places }: CompletedCommand): string {
  const within = `complete -c lferc -n ${quoted(`__lferc_in ${name}`)}`;
  const [first] = places;
  return [
    `complete -c lferc -n __lferc_first -f -a ${name} -d ${quoted(summary)}\n`,
    ...flags.map(({ spellings, about, value }) => {
      const flag = `${within} ${spellings.map(spelled).join(" ")}`;
      if (value === undefined) return `${flag} -d ${quoted(about)}\n`;
      // In one line, fish would put the flag's description beside each value.
      return `${flag} -r -d ${quoted(about)}\n${isOffered(value) ? `${flag} -r${offer(value)}\n` : ""}`;
    }),
    ...(first !== undefined && isOffered(first.value)
      ? [`complete -c lferc -n ${quoted(`__lferc_in ${name} first`)}${offer(first.value)}\n`]
      : []),
  ].join("");
}

/** For `lferc completion fish | source`, or as a file \`lferc.fish\` in fish's folder of completions. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of lferc in fish: lferc completion fish | source
function __lferc_first
    test (count (commandline -opc)) -eq 1
end
# __lferc_in COMMAND [first]: whether it is this command; whether nothing follows it yet.
function __lferc_in
    set -l typed (commandline -opc)
    test (count $typed) -ge 2; and test "$typed[2]" = $argv[1]; or return 1
    test (count $argv) -eq 1; or test (count $typed) -eq 2
end
# __lferc_names models|recipes: those in the first file or folder of the command line.
function __lferc_names
    set -l typed (commandline -op)
    for word in $typed[3..-1]
        set word (string replace -r '^~/' "$HOME/" -- $word)
        string match -q -- '-*' $word; and continue
        if test -d "$word"; or begin; test -f "$word"; and string match -q -- '*.lfer' $word; end
            set -l program (string replace -r '^~/' "$HOME/" -- $typed[1])
            $program completion $argv[1] $word 2>/dev/null
            return
        end
    end
end
${commands.map(commandLines).join("")}complete -c lferc -n __lferc_first -f -l version -s v -d 'print the version'
complete -c lferc -l help -s h -d 'show the help'
`;
}
