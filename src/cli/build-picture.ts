import type { MacsConvention } from "../analysis/conventions.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type { Graph } from "../ir/graph.js";
import { drawNetwork, type Picture } from "../targets/svg/build.js";
import { formatBytes, writeOutput } from "./build-files.js";
import { outputName } from "./build-output.js";
import type { ExitCode, Session } from "./session.js";

interface PictureArguments {
  readonly output: string;
  readonly depth: number | "all" | undefined;
  readonly convention?: MacsConvention | undefined;
}

/** The line that reports what was drawn, and how to see more of it. */
function describe(output: string, bytes: number, { boxes, width, height, depth, isFolded }: Picture): string {
  const more = isFolded ? `folded at depth ${depth}; --depth ${depth + 1} opens more` : "all blocks open";
  return `${output}: ${formatBytes(bytes)}, ${width} x ${height} pixels, ${boxes} boxes, ${more}\n`;
}

/** Draws the network to a file. */
export async function buildPicture(
  session: Session,
  { output, depth, convention }: PictureArguments,
  graph: Graph,
  locate?: (span: Span) => string,
): Promise<ExitCode> {
  const picture = drawNetwork(graph, { depth, convention, locate });
  if (isProblem(picture)) {
    session.report([picture.diagnose({})]);
    return 1;
  }
  const bytes = new TextEncoder().encode(picture.svg);
  if (!(await writeOutput(session, output, [bytes]))) return 1;
  session.talk(describe(outputName(output), bytes.length, picture));
  return 0;
}
