import { codesIn, inFolder, runLferc } from "../support/lferc.js";

const model = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4) -> flatten
  output logits
}
`;

const counting =
  (files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder({ "m.lfer": model, ...files }, (cwd) => codesIn(runLferc(["stats", ...args], { cwd }).stderr));

export const statsScenarios = {
  "stats/unreadable-record": counting({}, "m.lfer", "--against", "no-such-file.json"),
  "stats/not-a-record": counting({ "package.json": '{ "name": "x" }' }, "m.lfer", "--against", "package.json"),
  "stats/newer-record": counting({ "new.json": '{ "schemaVersion": 99 }' }, "m.lfer", "--against", "new.json"),
  "stats/same-name-twice": counting({ "two/a.lfer": model, "two/b.lfer": model }, "m.lfer", "--against", "two"),
};
