import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";

const drawing = (out: string) => async (): Promise<readonly string[]> =>
  inFolder({ "taken/readme.md": "", file: "" }, async (cwd) =>
    codesIn((await callLferc(["faces", "-o", out, "--count", "3", "--size", "8"], cwd)).stderr),
  );

export const facesScenarios = {
  "faces/in-the-way": drawing("taken"),
  "faces/cannot-write": drawing("file/faces"),
};
