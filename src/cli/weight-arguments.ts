/** `--weights` and `--weights-map`, for every command that uses weights. */
import { resolve } from "node:path";
import type { Options } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { type SourceTexts, sourceTexts } from "../diagnostics/source-text.js";
import { suggest } from "../diagnostics/suggest.js";
import { readStoredText } from "../formats/stored-text.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import type { NamesAccount, RefusedWeights, WeightSource } from "../weights/load-weights.js";
import { automatic } from "../weights/names/automatic.js";
import type { NameMap } from "../weights/names/parse-map.js";
import type { Session } from "./session.js";
import { UsageError } from "./usage.js";

export interface WeightArguments {
  readonly weights?: string | undefined;
  readonly "weights-map"?: string | undefined;
}

export const weightsOption = {
  type: "string",
  requiresArg: true,
  describe: "the weights: a .safetensors file, or a checkpoint of PyTorch (.pth, .pt)",
} as const satisfies Options;

export const weightsMapOption = {
  type: "string",
  requiresArg: true,
  describe:
    "a map from the file's weight names to the model's: a file, or a built-in name such as torchvision-resnet, chosen automatically if one fits; auto: one made from names and shapes",
} as const satisfies Options;

/** Far larger than any map. */
const maxMapBytes = 2 ** 20;

/** The weights of `--weights` and `--weights-map`, or those of the seed; undefined after an error (reported). */
export async function readWeights(
  session: Session,
  command: string,
  { weights: file, "weights-map": map, seed }: WeightArguments & { readonly seed: number },
): Promise<WeightSource | undefined> {
  if (file === undefined) {
    if (map === undefined) return { kind: "seed", seed };
    throw new UsageError(diagnose("tool/wrong-usage", { command, detail: "--weights-map goes with --weights" }));
  }
  const names = map === undefined ? undefined : await readMap(session, map);
  if (map !== undefined && names === undefined) return undefined;
  const path = resolve(session.cwd, file);
  session.note([path]);
  const bytes = await readRegularFile(path);
  if (typeof bytes !== "string") return { kind: "file", file, bytes, map: names, seed };
  session.report([diagnose("weights/file-unreadable", { file, reason: bytes })]);
  return undefined;
}

/** The word for a map made from names and shapes, a built-in map by name, else the file's; errors are reported. */
async function readMap(session: Session, map: string): Promise<NameMap | typeof automatic | undefined> {
  if (map === automatic) return automatic;
  const { shippedMap, shippedMapNames } = await import("../weights/names/shipped-maps.js");
  const shipped = shippedMap(map);
  if (shipped !== undefined) return shipped;
  const unreadable = (reason: string): Diagnostic =>
    diagnose("weights/map-unreadable", {
      map,
      reason,
      suggestion: suggest(map, shippedMapNames),
      shipped: shippedMapNames,
    });
  const path = resolve(session.cwd, map);
  session.note([path]);
  const bytes = await readRegularFile(path, maxMapBytes);
  if (typeof bytes === "string") {
    session.report([unreadable(bytes)]);
    return undefined;
  }
  const { parseNameMap } = await import("../weights/names/parse-map.js");
  const stored = readStoredText(bytes);
  if (typeof stored === "string") {
    session.report([unreadable(stored)]);
    return undefined;
  }
  const { text } = stored;
  const parsed = parseNameMap(text, map);
  if (parsed.kind === "map") return parsed.map;
  session.report(
    parsed.diagnostics,
    sourceTexts((file) => (file === map ? text : undefined)),
  );
  return undefined;
}

/** Said of a map that nobody has read. */
const byGuess = "names by a map made from names and shapes, which do not prove that the layers are the same";

/** One line on how the names of a file were matched; nothing if they are the model's own. */
export function talkOfNames(session: Session, account: NamesAccount | undefined): void {
  if (account === undefined) return;
  const { file, entry, prefix, map, dropped, fresh, turned } = account;
  const said = [
    ...(entry === "" ? [] : [`the weights under "${entry}"`]),
    ...(prefix === "" ? [] : [`names without "${prefix}"`]),
    ...(map === undefined ? [] : [map === automatic ? byGuess : `names by the map ${map}`]),
    ...(dropped === 0 ? [] : [`${dropped} tensors not used`]),
    ...(fresh.length === 0
      ? []
      : [`${fresh.length} reinitialised (${fresh.slice(0, 3).join(", ")}${fresh.length > 3 ? ", ..." : ""})`]),
    ...turned.map((output) => `the classes of ${output} put into the model's order`),
  ];
  // The key of a checkpoint comes from the file: it must not begin a line.
  if (said.length > 0) session.talk(`${oneLine(`${file}: ${said.join("; ")}`)}\n`);
}

/** Reports why weights were rejected; two lists of names follow, or a proposed name map, to stdout, ready to be saved. */
export function reportRefusal(
  session: Session,
  { diagnostics, proposal, comparison }: Omit<RefusedWeights, "kind">,
  texts?: SourceTexts,
): void {
  session.report(diagnostics, texts);
  if (comparison !== undefined) session.talk(`${comparison}\n`);
  if (proposal !== undefined) session.lines(`${proposal}\n`);
}
