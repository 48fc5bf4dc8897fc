import { drawNetwork } from "../../src/targets/svg/build.js";
import { callLferc, reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { web } from "../targets/svg/sums.js";

const long = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> repeat(50, repeat(50, conv(3))) -> flatten
  output logits
}
`;

const tiny = `lfer 1

model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0, 0, 0], std: [1, 1, 1])
  logits = image -> global_avg_pool -> flatten -> linear(2)
  output logits: labels(["a", "b"])
}
`;

/** Errors that only pictures cause. */
export const pictureScenarios = {
  // A name with Node's replacement character for invalid UTF-8 cannot be opened, whether or not the file system allows such bytes.
  "data/name-not-utf8": () =>
    inFolder({ "m.lfer": tiny }, async (cwd) => {
      await callLferc(["build", "m.lfer", "--target", "onnx", "-o", "m.onnx", "--no-verify"], cwd);
      return reportedCodes(["predict", "m.onnx", "caf\uFFFD.jpg"], cwd);
    }),
  "picture/too-many-boxes": () =>
    inFolder({ "m.lfer": long }, (cwd) =>
      reportedCodes(["build", "m.lfer", "--target", "svg", "-o", "m.svg", "--depth", "all"], cwd),
    ),
  "picture/too-tangled": async () => {
    const answer = drawNetwork(web(400), { depth: 1 });
    return answer.kind === "picture" ? [] : [answer.diagnose({}).code];
  },
} as const;
