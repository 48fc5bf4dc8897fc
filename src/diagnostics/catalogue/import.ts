import { didYouMean, entry } from "../entry.js";
import { inModel } from "./example.js";

const layers = "lfer 1\n\nblock Stem(channels: int) = conv(channels, stride: 2) -> batch_norm -> relu\n";
const usesStem = (from: string, name = "Stem"): string =>
  inModel(`logits = image -> ${name}(8) -> flatten`, `import { ${name} } from "${from}"`);

export const importEntries = {
  "import/missing-file": entry<{ from: string; path: string }>({
    severity: "error",
    message: (h) => `there is no file "${h.path}" for the import "${h.from}"`,
    help: () => "Paths are relative to the importing file and end in `.lfer`; the standard library is `std/...`.",
    explanation: "Imports name files next to the one that imports them.",
    bad: { "main.lfer": usesStem("./layer.lfer"), "layers.lfer": layers },
    good: { "main.lfer": usesStem("./layers.lfer"), "layers.lfer": layers },
  }),
  "import/unknown-library": entry<{ from: string; suggestion: string | undefined; known: string }>({
    severity: "error",
    message: (h) => `the standard library has no "${h.from}".${didYouMean(h.suggestion)}`,
    help: (h) => `It has ${h.known}.`,
    explanation: "`std/...` is built into the compiler; it is not a folder of the project.",
    bad: inModel(`logits = image -> Unit(3) -> flatten`, `import { Unit } from "std/shufflenets"`),
    good: inModel(`logits = image -> conv(8) -> Unit(8) -> flatten`, `import { Unit } from "std/shufflenet"`),
  }),
  "import/outside-project": entry<{ from: string }>({
    severity: "error",
    message: (h) => `the import "${h.from}" leaves the project`,
    help: () => "Copy the file into the project, or run lferc from a folder that contains both.",
    explanation: "A model file may come from an untrusted source, so its imports cannot leave the project.",
    bad: usesStem("../../layers.lfer"),
    good: { "main.lfer": usesStem("./layers.lfer"), "layers.lfer": layers },
  }),
  "import/no-lfer-file": entry<{ from: string }>({
    severity: "error",
    message: (h) => `the import "${h.from}" names no .lfer file`,
    help: (h) => `Write the file's whole name: "${h.from}.lfer". The standard library is \`std/...\`.`,
    explanation:
      "Only .lfer files are read: messages quote the text that they are about, so checking somebody else's model could otherwise print your own files.",
    bad: { "main.lfer": usesStem("./layers"), "layers.lfer": layers },
    good: { "main.lfer": usesStem("./layers.lfer"), "layers.lfer": layers },
  }),
  "import/unreadable-file": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read "${h.path}": ${h.reason}`,
    help: () => "Check that it is a text file in UTF-8 and that you may read it.",
    explanation: "The file exists, but its text cannot be read.",
    bad: { command: "lferc check folder-with-the-name-of-a-file.lfer/" },
    good: { command: "lferc check models/lfer_ldl.lfer" },
  }),
  "import/unknown-name": entry<{ name: string; from: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `"${h.from}" declares no "${h.name}".${didYouMean(h.suggestion)}`,
    help: () => "Import one of the names that the file declares itself; what it imports is not passed on.",
    explanation: "Only a file's own declarations can be imported from it.",
    bad: { "main.lfer": usesStem("./layers.lfer", "Steam"), "layers.lfer": layers },
    good: { "main.lfer": usesStem("./layers.lfer"), "layers.lfer": layers },
  }),
  "import/cycle": entry<{ cycle: string }>({
    severity: "error",
    message: (h) => `these files import each other in a circle: ${h.cycle}`,
    help: () => "Move what both need into a third file.",
    explanation: "Files form a tree of imports, so that each can be read before those that build on it.",
    bad: {
      "main.lfer": usesStem("./layers.lfer"),
      "layers.lfer": `lfer 1\n\nimport { M } from "./main.lfer"\n\nblock Stem(channels: int) = conv(channels)\n\nvariant V = M\n`,
    },
    good: { "main.lfer": usesStem("./layers.lfer"), "layers.lfer": layers },
  }),
} as const;
