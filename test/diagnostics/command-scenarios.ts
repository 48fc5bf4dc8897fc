import { codesIn, inFolder, runLferc } from "../support/lferc.js";

/** Provokes a diagnostic that no source text can show; gives the codes that came. */
export type Scenario = () => Promise<readonly string[]>;

const model = `lfer 1

model M(size: int = 32) {
  input image: float32[N, 3, size, size]
  logits = image -> conv(8) -> flatten
  output logits
}
`;

/** Runs lferc in a folder with a good model in it. */
const running =
  (...args: readonly string[]): Scenario =>
  () =>
    inFolder({ "models/m.lfer": model, "empty/note.txt": "" }, (cwd) => codesIn(runLferc(args, { cwd }).stderr));

/** One for every code of the catalogue whose bad example is a command. */
export const commandScenarios: Readonly<Record<string, Scenario>> = {
  "tool/unknown-command": running("chekc", "models"),
  "tool/unknown-flag": running("check", "--formt", "json", "models"),
  "tool/flag-said-twice": running("check", "--format", "json", "--format", "pretty", "models"),
  "tool/unexpected-argument": running("info", "models"),
  "tool/wrong-usage": running("check", "--format", "xml", "models"),
  "tool/bad-setting": running("stats", "models/m.lfer", "--set", "size:112"),
  "tool/no-such-path": running("check", "no-such-folder"),
  "tool/unreadable-path": running("check", "x".repeat(5000)),
  "tool/no-models-in-folder": running("check", "empty"),
  "tool/unknown-code": running("explain", "shape/not-divisable"),
};
