import { didYouMean, entry } from "../entry.js";

export const toolEntries = {
  "tool/unknown-command": entry<{ name: string; suggestion: string | undefined; known: string }>({
    severity: "error",
    message: (h) => `lferc has no command "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `The commands are ${h.known}; \`lferc --help\` says what each does.`,
    explanation: "The first argument of lferc is the name of a command.",
    bad: { command: "lferc chekc models" },
    good: { command: "lferc check models" },
  }),

  "tool/unknown-flag": entry<{ command: string; flag: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => {
      const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
      const suggestion = h.suggestion === undefined ? undefined : dashed(h.suggestion);
      return `lferc ${h.command} has no flag "${dashed(h.flag)}".${didYouMean(suggestion)}`;
    },
    help: (h) => `\`lferc ${h.command} --help\` lists its flags.`,
    explanation:
      "A flag that nobody knows is refused rather than passed over, so that a slip of the pen has no silent effect.",
    bad: { command: "lferc check --formt json models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/flag-said-twice": entry<{ flag: string }>({
    severity: "error",
    message: (h) => `--${h.flag} is given more than once`,
    help: () => "Give it once; of two values neither is the obvious one.",
    explanation: "Only flags that collect, like --set, may be repeated.",
    bad: { command: "lferc check --format json --format pretty models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/unexpected-argument": entry<{ command: string; argument: string }>({
    severity: "error",
    message: (h) => `lferc ${h.command} does not know what to do with "${h.argument}"`,
    help: (h) => `\`lferc ${h.command} --help\` shows its arguments. A value with spaces needs quotes.`,
    explanation: "Every argument has its place; one too many is most often a forgotten quote or flag.",
    bad: { command: "lferc info models" },
    good: { command: "lferc info" },
  }),

  "tool/wrong-usage": entry<{ command: string; detail: string }>({
    severity: "error",
    message: (h) => `lferc ${h.command}: ${h.detail.trim().replace(/\s*\n\s*/g, " ")}`,
    help: (h) => `\`lferc ${h.command} --help\` shows its arguments.`,
    explanation: "An argument is missing, or a flag has a value that it does not take.",
    bad: { command: "lferc check --format xml models" },
    good: { command: "lferc check --format json models" },
  }),

  "tool/bad-setting": entry<{ setting: string }>({
    severity: "error",
    message: (h) => `--set takes NAME=VALUE, gets "${h.setting}"`,
    help: () => "Write for example --set size=112, once for each parameter.",
    explanation: "--set gives a model's parameter another value than the file does.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --set size:112" },
    good: { command: "lferc stats models/lfer_ldl.lfer --set size=112" },
  }),

  "tool/no-such-path": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no file or folder "${h.path}"`,
    help: () => "Paths are seen from the folder you stand in. Check the spelling.",
    explanation: "A path on the command line names an .lfer file or a folder with such files under it.",
    bad: { command: "lferc check no-such-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/unreadable-path": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `"${h.path}" cannot be read: ${h.reason}`,
    help: () => "Check the permissions of the path and of the folders above it.",
    explanation: "The system refused to open a file or to list a folder that the command line names.",
    bad: { command: "lferc check locked-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/nothing-to-count": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} holds no model that could be made`,
    help: () =>
      "Give the model's open parameters values in a `variant`, or by `--set`; blocks alone have no shapes to count.",
    explanation: "Counts are those of a model with all its parameters known.",
    bad: { command: "lferc stats blocks-only.lfer" },
    good: { command: "lferc stats models/lfer_ldl.lfer" },
  }),
  "tool/no-models-in-folder": entry<{ path: string }>({
    severity: "error",
    message: (h) => `no .lfer file lies under "${h.path}"`,
    help: () =>
      "Name a folder with .lfer files in it, or the file itself. Hidden folders and node_modules are not searched.",
    explanation: "A check over nothing would be green whatever is wrong, so it is an error.",
    bad: { command: "lferc check empty-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/unknown-code": entry<{ code: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `there is no diagnostic "${h.code}".${didYouMean(h.suggestion)}`,
    help: () => "`lferc explain` without a code lists all of them.",
    explanation: "Diagnostics are named phase/what-is-wrong; the name stands in brackets before each message.",
    bad: { command: "lferc explain shape/not-divisable" },
    good: { command: "lferc explain shape/not-divisible" },
  }),
} as const;
