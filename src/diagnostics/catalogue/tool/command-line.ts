import { didYouMean, entry } from "../../entry.js";

export const toolEntries = {
  "tool/unknown-command": entry<{ name: string; suggestion: string | undefined; known: string }>({
    severity: "error",
    message: (h) => `lferc has no command "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `The commands are ${h.known}; \`lferc --help\` says what each does.`,
    explanation: "The first argument of lferc is the name of a command.",
    bad: { command: "lferc chekc models" },
    good: { command: "lferc check models" },
  }),

  "tool/unknown-flag": entry<{
    command: string;
    flag: string;
    suggestion: string | undefined;
    /** The positional argument with this name. */
    place: string | undefined;
    /** What to know or do, where other tools have such a flag. */
    instead: string | undefined;
  }>({
    severity: "error",
    message: (h) => {
      const suggestion = h.suggestion === undefined ? undefined : `--${h.suggestion}`;
      return `lferc ${h.command} has no flag "${h.flag}".${didYouMean(suggestion)}`;
    },
    help: (h) =>
      h.instead ??
      (h.place === undefined
        ? `\`lferc ${h.command} --help\` lists its flags. An argument that begins with a dash goes after \`--\`.`
        : `Give <${h.place}> by position, without a name before it: \`lferc ${h.command} --help\` shows where.`),
    explanation: "An unknown flag is refused rather than ignored, so that a typo has no silent effect.",
    bad: { command: "lferc check --formt json models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/wrong-value": entry<{
    command: string;
    /** The flag as given, or `<name>` for a positional argument. */
    flag: string;
    given: string | undefined;
    takes: string | undefined;
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) =>
      h.given === undefined || h.given === ""
        ? `${h.flag} needs a value${h.takes === undefined ? "" : `: ${h.takes}`}`
        : `${h.flag} takes ${h.takes ?? "another value"}, not "${h.given}".${didYouMean(h.suggestion)}`,
    help: (h) =>
      h.given === undefined || h.given === ""
        ? `Write it after the flag, as in \`${h.flag} VALUE\`; \`lferc ${h.command} --help\` says what it is for.`
        : `\`lferc ${h.command} --help\` says what it is for.`,
    explanation: "A flag takes one value, of its own type; some take one of a few words.",
    bad: { command: "lferc check --format xml models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/missing-argument": entry<{ command: string; argument: string; describe: string }>({
    severity: "error",
    message: (h) => `lferc ${h.command} needs ${h.argument}${h.describe === "" ? "" : `: ${h.describe}`}`,
    help: (h) => `\`lferc ${h.command} --help\` shows its arguments.`,
    explanation: "Arguments in angle brackets, and flags that the help calls required, must be given.",
    bad: { command: "lferc build models/lfer_ldl.lfer" },
    good: { command: "lferc build models/lfer_ldl.lfer -o model.onnx" },
  }),

  "tool/no-target": entry<{
    output: string;
    ending: string;
    known: readonly string[];
    /** The targets with such an extension that are written only on request. */
    only: readonly string[];
  }>({
    severity: "error",
    message: (h) => {
      const start = `cannot tell what to write to ${h.output}:`;
      if (h.ending === "") return `${start} it has no file extension`;
      return h.only.length > 0
        ? `${start} "${h.ending}" is an extension of ${h.only.join(" or ")}, which is written only with \`--target\``
        : `${start} "${h.ending}" is not the extension of a target`;
    },
    help: (h) =>
      `${h.only.map((target) => `Add \`--target ${target}\`. Or choose`)[0] ?? "Choose"} one of ${h.known.join(", ")}, or set \`--target\`; \`lferc build --help\` lists the targets.`,
    explanation: "A build writes what `--target` says, else what the extension of `-o` says. It does not guess.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o model.bin" },
    good: { command: "lferc build models/lfer_ldl.lfer -o model.onnx" },
  }),

  "tool/target-clash": entry<{
    output: string;
    target: string;
    ending: string;
    others: readonly string[];
    endings: readonly string[];
  }>({
    severity: "error",
    message: (h) =>
      `--target ${h.target} and -o ${h.output} disagree: "${h.ending}" is an extension of ${h.others.join(" or ")}`,
    help: (h) => `End the file's name in ${h.endings.join(" or ")}, or name the target of its extension.`,
    explanation: "A file with the wrong extension is later opened by the wrong program.",
    bad: { command: "lferc build models/lfer_ldl.lfer --target svg -o model.onnx" },
    good: { command: "lferc build models/lfer_ldl.lfer --target svg -o model.svg" },
  }),

  "tool/binary-to-terminal": entry<{ target: string }>({
    severity: "error",
    message: (h) => `--target ${h.target} is not text and cannot go to a terminal`,
    help: () => "Name a file after -o, or redirect the output with `>` or `|`.",
    explanation: "A terminal interprets some bytes as commands. A pipe or a file gets them unchanged.",
    bad: { command: "lferc build models/lfer_ldl.lfer --target onnx -o -" },
    good: { command: "lferc build models/lfer_ldl.lfer --target onnx -o model.onnx" },
  }),

  "tool/flag-said-twice": entry<{ flag: string }>({
    severity: "error",
    message: (h) => `--${h.flag} is given more than once`,
    help: () => "Give it once: lferc cannot know which of two values is meant.",
    explanation: "Only flags that collect, like --set, may be repeated.",
    bad: { command: "lferc check --format json --format pretty models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/unexpected-argument": entry<{ command: string; argument: string }>({
    severity: "error",
    message: (h) => `lferc ${h.command} does not know what to do with "${h.argument}"`,
    help: (h) => `\`lferc ${h.command} --help\` shows its arguments. A value with spaces needs quotes.`,
    explanation: "Every argument has its position; one too many is most often a forgotten quote or flag.",
    bad: { command: "lferc info models" },
    good: { command: "lferc info" },
  }),

  "tool/wrong-usage": entry<{ command: string; detail: string }>({
    severity: "error",
    message: (h) => `lferc ${h.command}: ${h.detail.trim().replace(/\s*\n\s*/g, " ")}`,
    help: (h) => `\`lferc ${h.command} --help\` shows its arguments.`,
    explanation: "A number is outside the range of a flag, or two flags cannot be combined.",
    bad: { command: "lferc stats models --depth 0" },
    good: { command: "lferc stats models --depth 1" },
  }),

  "tool/setting-said-twice": entry<{ name: string }>({
    severity: "error",
    message: (h) => `--set gives "${h.name}" more than once`,
    help: () => "Give each parameter one value: lferc cannot know which of two is meant.",
    explanation: "--set may be repeated for several parameters, not for one.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --set size=112 --set size=64" },
    good: { command: "lferc stats models/lfer_ldl.lfer --set size=112" },
  }),

  "tool/flag-is-setting": entry<{
    command: string;
    flag: string;
    /** The parameter, and its owner: `recipe Faces`. */
    name: string;
    owner: string;
    /** The text to use instead of this flag and others like it. */
    said: string;
  }>({
    severity: "error",
    message: (h) => `lferc ${h.command} has no flag "${h.flag}": ${h.name} is a parameter of ${h.owner}`,
    help: (h) => `Write ${h.said}.`,
    explanation: "A parameter that a .lfer file declares can be set only with --set.",
    bad: { command: "lferc train examples/faces.lfer --data faces --lr 0.01" },
    good: { command: "lferc train examples/faces.lfer --data faces --set lr=0.01" },
  }),

  "tool/setting-not-declared": entry<{
    command: string;
    flag: string;
    name: string;
    recipe: string;
    /** The declaration of the parameter, and where it is used. */
    declaration: string;
    use: string;
    value: string;
  }>({
    severity: "error",
    message: (h) => `lferc ${h.command} has no flag "${h.flag}", and recipe ${h.recipe} has no parameter ${h.name}`,
    help: (h) =>
      `Make it one: recipe ${h.recipe}(${h.declaration}) with ${h.use}. Then write --set ${h.name}=${h.value}.`,
    explanation:
      "Only the values that a recipe declares as parameters can be set from the command line. All others are fixed in the file.",
    bad: { command: "lferc train own.lfer --data faces --batch 8" },
    good: { command: "lferc train examples/faces.lfer --data faces --set batch=8" },
  }),

  "tool/bad-setting": entry<{ setting: string }>({
    severity: "error",
    message: (h) => `--set takes NAME=VALUE, gets "${h.setting}"`,
    help: () => "Write for example --set size=112, once for each parameter.",
    explanation: "--set overrides the value that the file gives to a model's parameter.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --set size:112" },
    good: { command: "lferc stats models/lfer_ldl.lfer --set size=112" },
  }),
} as const;
