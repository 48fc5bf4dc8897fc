/** The files of `lferc init --onnx FILE`: a budget of what the file costs today, and a workflow that holds it to that. */
import { basename, join, resolve } from "node:path";
import { statsOf } from "../analysis/stats.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { defaultConvention } from "../recipe/measures.js";
import { attributes, attributesPath } from "./init-files.js";
import { onnxWorkflow, workflowPath } from "./init-workflow.js";
import type { InstallAddress } from "./install-address.js";
import { readOnnxFile } from "./onnx-file.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";
import { shellWord } from "./shell-word.js";
import { typedCommand } from "./typed-command.js";
import { UsageError } from "./usage.js";

export const budgetFile = "budget.lfer";

interface OnnxRequest {
  /** As on the command line. */
  readonly onnx: string;
  readonly set: ReadonlyMap<string, string>;
  readonly folder: string;
  /** The root of the repository. */
  readonly top: string;
  readonly from: InstallAddress | undefined;
}

export interface OnnxStarter {
  /** By path relative to the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The command that holds the file to its budget, from the current folder. */
  readonly command: string;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "init", detail }));
}

/** A file as the workflow names it: nothing in it may mean something to a shell, to YAML or to GitHub. */
function placeOf(top: string, file: string): string {
  const place = displayPath(top, file);
  if (place.startsWith("../") || place.startsWith("/") || /^[A-Za-z]:/.test(place))
    refuseUsage(`${oneLine(place)} is outside of the repository, where a workflow does not find it`);
  if (!/^[\w./@+ -]+$/.test(place))
    refuseUsage(
      `the workflow cannot name ${oneLine(place)}: letters, digits, spaces and ./@+_- are what its path may have`,
    );
  return `./${place}`;
}

/** `--set` for the sizes of open axes, with a space before it. */
function sizesOf(set: ReadonlyMap<string, string>): string {
  const words = [...set].map(([name, value]) => {
    if (!/^[\w.:-]+$/.test(name)) refuseUsage(`the workflow cannot name the axis "${oneLine(name)}"`);
    return ` --set ${name}=${Number(value)}`;
  });
  return words.join("");
}

const grouped = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, "_");

export async function onnxStarter(
  session: Session,
  { onnx, set, folder, top, from }: OnnxRequest,
): Promise<OnnxStarter | Diagnostic> {
  const file = resolve(session.cwd, onnx);
  const network = await readOnnxFile(session, file, set);
  if (isProblem(network)) return network.diagnose({});
  session.report(network.warnings.map((each) => each.diagnose({})));
  const stats = statsOf(network.graph, { conventions: [defaultConvention], facts: false });
  if (isProblem(stats)) return stats.diagnose({});
  const budget = join(folder, budgetFile);
  const sizes = sizesOf(set);
  const places = { model: placeOf(top, file), budget: placeOf(top, budget), sizes };
  const words = [file, budget].map((path) => oneLine(shellWord(displayPath(session.cwd, path).replace(/^-/, "./-"))));
  const command = `${typedCommand} check ${words[0]} --budget ${words[1]}${sizes}`;
  const text = `lfer 1

// What ${oneLine(basename(file))} may cost: no more than on the day when this was written.
// \`lferc stats\` shows where it is spent; docs/language.md lists what else a check can claim.

check {
  params <= ${grouped(stats.params.total)}
  macs("${defaultConvention}") <= ${grouped(stats.counts[defaultConvention]?.macs ?? 0)}
  peak_activation_bytes <= ${grouped(stats.memory.peakActivationBytes)}
}
`;
  const files = new Map([
    [budgetFile, text],
    [attributesPath, attributes],
    [workflowPath, onnxWorkflow(places, from)],
  ]);
  return { files, command };
}
