import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Stats } from "../analysis/stats.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import type { ConventionName } from "../recipe/measures.js";
import { type CountRequest, countAll } from "./count-models.js";
import type { Session } from "./session.js";

/** More is no record that anybody needs: one of a hundred networks has a quarter of it. */
const mostBytes = 100_000_000;

/** The text of a record, or why it cannot be had. */
async function readRecord(full: string, path: string): Promise<string | Diagnostic> {
  const unreadable = (reason: string): Diagnostic => diagnose("stats/unreadable-record", { path, reason });
  try {
    const about = await stat(full);
    // A pipe or a device may never end.
    if (!about.isFile()) return unreadable("it is no regular file");
    if (about.size > mostBytes) return unreadable(`it has ${about.size} bytes, more than any record`);
    return await readFile(full, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return unreadable(code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : (code ?? message));
  }
}

/** Whether PATH is a source to count; whatever hinders its reading is told by who reads it. */
async function isSource(full: string): Promise<boolean> {
  if (full.endsWith(".lfer") || full.endsWith(".onnx")) return true;
  return stat(full).then(
    (about) => about.isDirectory(),
    () => false,
  );
}

/** The first name that two records have. */
function nameTwice(records: readonly Stats[]): string | undefined {
  const seen = new Set<string>();
  return records.find(({ model }) => seen.size === seen.add(model).size)?.model;
}

/** The figures that `--against PATH|JSON` means; what is wrong with it is reported. */
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
    const { found, failed } = await countAll(session, [path], conventions, { ...request, mayLack: true });
    if (failed) return undefined;
    records = found.map(({ stats }) => stats);
  } else {
    session.note([full]);
    const text = await readRecord(full, path);
    if (typeof text !== "string") return refuse(text);
    const { readStats } = await import("../analysis/read-stats.js");
    const read = readStats(text, path);
    if (isProblem(read)) return refuse(read.diagnose({}));
    // One record is what is meant, whatever it is called.
    const isChoice = request.model !== undefined && read.length > 1;
    records = isChoice ? read.filter(({ model }) => model === request.model) : read;
  }
  const twice = nameTwice(records);
  return twice === undefined ? records : refuse(diagnose("stats/same-name-twice", { path, model: twice }));
}
