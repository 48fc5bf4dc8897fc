import { someRunFiles } from "../report/some-run.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";

const reporting = (change: (files: Record<string, string>) => void) => (): Promise<readonly string[]> => {
  const files: Record<string, string> = { ...someRunFiles("run") };
  change(files);
  return inFolder(files, (cwd) => reportedCodes(["report", "run"], cwd));
};

/** Provokes each diagnostic of reports. */
export const reportScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "report/no-run": reporting((files) => {
    delete files["run/run.json"];
  }),
  "report/left-out": reporting((files) => {
    files["run/answers.csv"] = "path\n";
  }),
  "report/edited-run": reporting((files) => {
    files["run/run.json"] = files["run/run.json"]?.replace("0.01", "0.02") ?? "";
  }),
};
