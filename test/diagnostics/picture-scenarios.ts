import { drawNetwork } from "../../src/targets/svg/build.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { web } from "../targets/svg/sums.js";

const long = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> repeat(50, repeat(50, conv(3))) -> flatten
  output logits
}
`;

/** What only pictures run into. */
export const pictureScenarios = {
  "picture/too-many-boxes": () =>
    inFolder({ "m.lfer": long }, (cwd) =>
      codesIn(runLferc(["build", "m.lfer", "--target", "svg", "-o", "m.svg", "--depth", "all"], { cwd }).stderr),
    ),
  "picture/too-tangled": async () => {
    const answer = drawNetwork(web(400), { depth: 1 });
    return answer.kind === "picture" ? [] : [answer.diagnose({}).code];
  },
} as const;
