/**
 * safetensors: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes, contiguous. A file is
 * untrusted: everything is checked against the file's real size before it is used.
 */

import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { beyondLimits } from "../formats/bounded-json.js";
import { isJsonObject } from "../formats/json-object.js";
import { findDuplicateKey } from "./json-keys.js";
import { isReadableDtype, readableDtypes, toFloat32 } from "./number-formats.js";
import { type ReadableTensor, type ReadResult, refuse, shown, type WeightFile } from "./weight-file.js";

/** As in the reference implementation (MAX_HEADER_SIZE). */
export const maxHeaderBytes = 100_000_000;

/**
 * A tensor has a shape and offsets, each a list in an object of the header; the largest networks have some ten thousand
 * tensors.
 */
const headerLimits = { depth: 3, values: 1_000_000 };

/** Maximum number of errors reported for a file. */
const maxDiagnostics = 20;

/** A header entry with a valid form; offsets are relative to the start of the file. */
interface Placed {
  readonly name: string;
  readonly dtype: keyof typeof readableDtypes;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Reads a file's bytes. Every error is reported with its offset; no tensor is read before everything is checked. */
export function readSafetensors(bytes: Uint8Array, file: string): ReadResult<WeightFile<ReadableTensor>> {
  const header = readHeader(bytes, file);
  if (header.kind === "refused") return header;
  const { object, dataStart } = header.value;
  const diagnostics: Diagnostic[] = [];
  const metadata = readMetadata(object.__metadata__, file, diagnostics);
  const placed: Placed[] = [];
  let isBrokenOff = false;
  for (const [name, value] of Object.entries(object)) {
    if (name === "__metadata__") continue;
    if (diagnostics.length >= maxDiagnostics) break;
    const entry = checkEntry(name, value, { file, dataStart, fileBytes: bytes.byteLength });
    if (!("code" in entry)) {
      placed.push(entry);
      continue;
    }
    // A truncated file lacks many tensors for one reason.
    const isOutside = entry.code === "weights/outside-file";
    if (!(isOutside && isBrokenOff)) diagnostics.push(entry);
    isBrokenOff ||= isOutside;
  }
  if (diagnostics.length === 0) diagnostics.push(...checkCover(placed, dataStart, bytes.byteLength, file));
  if (diagnostics.length > 0) return refuse(...diagnostics.slice(0, maxDiagnostics));
  const tensors = placed.map(({ name, dtype, shape, begin, end }): [string, ReadableTensor] => [
    name,
    { name, dtype, shape, float32: () => toFloat32(bytes.subarray(begin, end), dtype) },
  ]);
  return { kind: "read", value: { file, entry: "", tensors: new Map(tensors), metadata } };
}

/** Whether the bytes begin with the length of a header, and a header. */
export const beginsAsSafetensors = (bytes: Uint8Array): boolean =>
  bytes.byteLength > 8 &&
  new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true) <= BigInt(maxHeaderBytes) &&
  bytes[8] === "{".charCodeAt(0);

interface Header {
  readonly object: Readonly<Record<string, unknown>>;
  readonly dataStart: number;
}

function readHeader(bytes: Uint8Array, file: string): ReadResult<Header> {
  const fileBytes = bytes.byteLength;
  if (fileBytes < 8) return refuse(diagnose("weights/file-too-short", { file, bytes: fileBytes, needed: 8 }));
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (headerBytes > BigInt(maxHeaderBytes)) {
    return refuse(diagnose("weights/header-too-large", { file, bytes: String(headerBytes), limit: maxHeaderBytes }));
  }
  const dataStart = 8 + Number(headerBytes);
  if (dataStart > fileBytes) {
    return refuse(diagnose("weights/file-too-short", { file, bytes: fileBytes, needed: dataStart }));
  }
  const notJson = (reason: string) => refuse(diagnose("weights/header-not-json", { file, offset: 8, reason }));
  let text: string;
  let object: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataStart));
    const tooMuch = beyondLimits(text, headerLimits);
    if (tooMuch !== undefined) return notJson(tooMuch);
    object = JSON.parse(text);
  } catch (error) {
    return notJson(error instanceof Error ? shown(error.message) : "it cannot be parsed");
  }
  if (!isJsonObject(object)) return notJson("it is not an object");
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    const offset = 8 + new TextEncoder().encode(text.slice(0, duplicate.at)).byteLength;
    return refuse(diagnose("weights/duplicate-key", { file, key: shown(duplicate.key), offset }));
  }
  return { kind: "read", value: { object, dataStart } };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isOffsets = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isCount) && Number(value[0]) <= Number(value[1]);

function readMetadata(value: unknown, file: string, diagnostics: Diagnostic[]): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const expected = "an object of strings";
  if (isJsonObject(value)) {
    const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string");
    if (pairs.length === Object.keys(value).length) return new Map(pairs);
  }
  diagnostics.push(diagnose("weights/entry-invalid", { file, tensor: "__metadata__", field: "its value", expected }));
  return new Map();
}

interface Bounds {
  readonly file: string;
  readonly dataStart: number;
  readonly fileBytes: number;
}

function checkEntry(name: string, value: unknown, { file, dataStart, fileBytes }: Bounds): Placed | Diagnostic {
  const tensor = shown(name);
  const invalid = (field: string, expected: string) =>
    diagnose("weights/entry-invalid", { file, tensor, field, expected });
  if (!isJsonObject(value)) return invalid("its value", "an object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") return invalid("dtype", "a string");
  if (!Array.isArray(shape) || !shape.every(isCount)) return invalid("shape", "a list of whole numbers from 0");
  if (!isOffsets(offsets)) {
    return invalid("data_offsets", "[begin, end], whole numbers with 0 <= begin <= end");
  }
  if (!isReadableDtype(dtype)) {
    const supported = Object.keys(readableDtypes);
    return diagnose("weights/unsupported-dtype", { file, tensor, dtype: shown(dtype), supported });
  }
  const [begin, end] = [dataStart + offsets[0], dataStart + offsets[1]];
  if (end > fileBytes) return diagnose("weights/outside-file", { file, tensor, offset: begin, end, fileBytes });
  const expected = shape.reduce((product: number, dim) => product * dim, readableDtypes[dtype]);
  if (expected !== end - begin) {
    const holes = { file, tensor, dtype, shape: shape.slice(0, 16), expected, actual: end - begin, offset: begin };
    return diagnose("weights/size-mismatch", holes);
  }
  return { name, dtype, shape, begin, end };
}

/** The tensors must cover the data exactly: no byte belongs to two tensors, or to none. */
function checkCover(placed: readonly Placed[], dataStart: number, fileBytes: number, file: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const sorted = [...placed].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = dataStart;
  let last = "";
  for (const { name, begin, end } of sorted) {
    if (begin < covered && begin < end) {
      diagnostics.push(diagnose("weights/overlap", { file, tensor: shown(name), other: shown(last), offset: begin }));
    } else if (begin > covered) {
      diagnostics.push(diagnose("weights/gap", { file, offset: covered, bytes: begin - covered }));
    }
    if (end > covered) [covered, last] = [end, name];
  }
  if (covered < fileBytes)
    diagnostics.push(diagnose("weights/gap", { file, offset: covered, bytes: fileBytes - covered }));
  return diagnostics;
}

/** A float32 tensor to write. */
export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The bytes of a file with these tensors, in pieces to be written one after another (the tensors' own bytes, not copies).
 * Tensors are ordered by name and metadata by key: equal content gives equal bytes.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: ReadonlyMap<string, string> = new Map(),
): readonly Uint8Array[] {
  const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  const sorted = [...tensors].sort(byKey);
  const entries: string[] = [];
  // Serialised by hand: an object would put integer-like names first.
  if (metadata.size > 0) {
    const pairs = [...metadata].sort(byKey).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    entries.push(`"__metadata__":{${pairs.join(",")}}`);
  }
  let at = 0;
  for (const [name, { shape, data }] of sorted) {
    const end = at + data.byteLength;
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: "F32", shape, data_offsets: [at, end] })}`);
    at = end;
  }
  // Spaces align the data to 8 bytes, as in the reference implementation.
  const json = new TextEncoder().encode(`{${entries.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(json.byteLength / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.byteLength - 8), true);
  header.set(json, 8);
  return [header, ...sorted.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}
