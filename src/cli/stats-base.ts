import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Stats } from "../analysis/stats.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { readStoredText } from "../formats/stored-text.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import type { ConventionName } from "../recipe/measures.js";
import { type CountRequest, countAll } from "./count-models.js";
import { isOnnxPath } from "./onnx-file.js";
import type { Session } from "./session.js";

/** Size limit: a record of a hundred networks has a quarter of it. */
const mostBytes = 100_000_000;

/** What `--against` takes, for messages. */
const wanted = "an .lfer or ONNX file, or what `lferc stats --format json` wrote";

/** Whether PATH is a source to count; read errors are reported by its reader. */
async function isSource(full: string): Promise<boolean> {
  if (full.endsWith(".lfer") || isOnnxPath(full)) return true;
  return stat(full).then(
    (about) => about.isDirectory(),
    () => false,
  );
}

/** The first name that occurs in two records. */
function nameTwice(records: readonly Stats[]): string | undefined {
  const seen = new Set<string>();
  return records.find(({ model }) => seen.size === seen.add(model).size)?.model;
}

/** The figures of `--against PATH|JSON`; errors are reported. */
export async function readBase(
  session: Session,
  path: string,
  conventions: readonly ConventionName[],
  request: CountRequest,
): Promise<readonly Stats[] | undefined> {
  const full = resolve(session.cwd, path);
  const refuse = (diagnostic: Diagnostic): undefined => session.report([diagnostic]) as undefined;
  let records: readonly Stats[];
  if (await isSource(full)) {
    const { found, failed } = await countAll(session, [path], conventions, {
      ...request,
      mayLack: true,
      saysChoice: false,
    });
    if (failed) return undefined;
    records = found.map(({ stats }) => stats);
  } else {
    session.note([full]);
    const bytes = await readRegularFile(full, mostBytes);
    if (typeof bytes === "string") return refuse(diagnose("stats/unreadable-record", { path, reason: bytes }));
    const { kindOfPath } = await import("../formats/kind-of-path.js");
    const kind = kindOfPath(full, bytes);
    if (kind !== undefined && kind.family !== "table")
      return refuse(diagnose("tool/wrong-kind", { path, kind, wanted }));
    const stored = readStoredText(bytes);
    if (typeof stored === "string") return refuse(diagnose("stats/unreadable-record", { path, reason: stored }));
    const { readStats } = await import("../analysis/read-stats.js");
    const read = readStats(stored.text, path);
    if (isProblem(read)) return refuse(read.diagnose({}));
    // A single record is the base, whatever its name.
    const isChoice = request.model !== undefined && read.length > 1;
    records = isChoice ? read.filter(({ model }) => model === request.model) : read;
  }
  const twice = nameTwice(records);
  return twice === undefined ? records : refuse(diagnose("stats/same-name-twice", { path, model: twice }));
}
