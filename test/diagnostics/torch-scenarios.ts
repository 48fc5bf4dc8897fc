import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { otherInTraining, sharedDifferently } from "../torch/texts.js";

const building = (text: string) => (): Promise<readonly string[]> =>
  inFolder({ "m.lfer": text }, (cwd) => reportedCodes(["build", "m.lfer", "--target", "torch", "-o", "m"], cwd));

export const torchScenarios = {
  "torch/shared-differently": building(sharedDifferently),
  "torch/training-differs": building(otherInTraining),
};
