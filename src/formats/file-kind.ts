/** What a file is by its first bytes, for messages about files that are not what they should be. */
import type { FileKind } from "./file-kinds.js";
import { namedEncoding } from "./stored-text.js";

/** The first bytes of files of a kind, and where they are. */
const signatures: readonly (readonly [kind: FileKind, at: number, bytes: string])[] = [
  ["zip", 0, "PK\u0003\u0004"],
  ["zip", 0, "PK\u0005\u0006"],
  ["gzip", 0, "\u001f\u008b\u0008"],
  ["tar", 257, "ustar"],
  ["hdf5", 0, "\u0089HDF\r\n"],
  ["numpy", 0, "\u0093NUMPY"],
  ["tflite", 4, "TFL3"],
  ["gguf", 0, "GGUF"],
  ["pdf", 0, "%PDF-"],
  ["picture", 0, "\u0089PNG\r\n"],
  ["picture", 0, "\u00ff\u00d8\u00ff"],
  ["picture", 0, "GIF8"],
  ["program", 0, "\u007fELF"],
];

const beginnings: readonly (readonly [kind: FileKind, text: RegExp])[] = [
  ["lfs-pointer", /^version https:\/\/git-lfs/],
  ["web-page", /^(<!doctype html|<html|<head|<body)/i],
  ["xml", /^<\?xml/i],
  ["json", /^[[{]/],
  ["text", /^/],
];

/** Enough of a file to recognise it. */
export const lookedAt = 512;

/** The kind of a file; undefined for binary files of no kind in the list. */
export function fileKindOf(bytes: Uint8Array): FileKind | undefined {
  if (bytes.byteLength === 0) return "empty";
  const isAt = (at: number, text: string): boolean =>
    bytes.byteLength >= at + text.length && [...text].every((sign, i) => bytes[at + i] === sign.charCodeAt(0));
  const signed = signatures.find(([, at, text]) => isAt(at, text));
  if (signed !== undefined) return signed[0];
  const text = textOf(bytes.subarray(0, lookedAt))?.trimStart();
  return text === undefined ? undefined : beginnings.find(([, beginning]) => beginning.test(text))?.[0];
}

/** The bytes as UTF-8 or, with its mark, UTF-16; undefined if they are neither, or have control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    // A character may be cut off at the end.
    const text = new TextDecoder(namedEncoding(bytes), { fatal: true }).decode(bytes, { stream: true });
    return /[^\P{Cc}\t\n\r\f]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
