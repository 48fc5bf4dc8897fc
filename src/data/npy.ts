/** NumPy's files of one array (NPY format, versions 1 to 3): numbers and strings. Nothing in them is executed. */

import { readFile, stat } from "node:fs/promises";

export interface NpyArray {
  readonly shape: readonly number[];
  /** In the order of the file. */
  readonly values: readonly (number | string)[];
}

/** An annotation has a few hundred bytes. */
const fileLimit = 2 ** 20;

/** The array of a file, or in words why it cannot be read. */
export async function readNpy(path: string): Promise<NpyArray | string> {
  try {
    const about = await stat(path);
    if (!about.isFile()) return "it is not a regular file";
    if (about.size > fileLimit) return `it has ${about.size} bytes, the limit is ${fileLimit}`;
    return parseNpy(await readFile(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : code;
  }
}

/** Magic, version, length of the header, header, values: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export function parseNpy(bytes: Uint8Array): NpyArray | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 6)).toString("latin1") !== "\x93NUMPY") {
    return "it is not a NumPy file";
  }
  const version = view.getUint8(6);
  if (version < 1 || version > 3) return `it is of version ${version} of the format`;
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) return "it ends in its header";
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) return "it ends in its header";
  const header = Buffer.from(bytes.subarray(start, end)).toString("latin1");
  const type = /'descr'\s*:\s*'([<>|=])([a-zA-Z])(\d{0,6})'/.exec(header);
  const shape = /'shape'\s*:\s*\(([\d,\s]{0,80})\)/.exec(header)?.[1];
  if (type === null || shape === undefined) return "its header does not say what it holds";
  const [, order, kind = "", size = ""] = type;
  const dims = shape.split(",").flatMap((dim) => (dim.trim() === "" ? [] : [Number(dim)]));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const read = readerOf(kind, Number(size), order !== ">");
  if (read === undefined) {
    return kind === "O"
      ? "it holds Python objects, which are not opened"
      : `it holds values of the type ${kind}${size}`;
  }
  if (count * read.bytes !== bytes.length - end)
    return `it should hold ${count} values, and holds ${(bytes.length - end) / read.bytes}`;
  return { shape: dims, values: Array.from({ length: count }, (_, i) => read.at(view, end + i * read.bytes)) };
}

interface ValueReader {
  readonly bytes: number;
  at(view: DataView, offset: number): number | string;
}

function readerOf(kind: string, size: number, little: boolean): ValueReader | undefined {
  const numbers: Readonly<Record<string, ValueReader["at"]>> = {
    f4: (view, at) => view.getFloat32(at, little),
    f8: (view, at) => view.getFloat64(at, little),
    i1: (view, at) => view.getInt8(at),
    i2: (view, at) => view.getInt16(at, little),
    i4: (view, at) => view.getInt32(at, little),
    i8: (view, at) => Number(view.getBigInt64(at, little)),
    u1: (view, at) => view.getUint8(at),
    u2: (view, at) => view.getUint16(at, little),
    u4: (view, at) => view.getUint32(at, little),
    u8: (view, at) => Number(view.getBigUint64(at, little)),
  };
  const key = `${kind}${size}`;
  const number = Object.hasOwn(numbers, key) ? numbers[key] : undefined;
  if (number !== undefined) return { bytes: size, at: number };
  // Strings are padded with zeros: characters of four bytes, or bytes.
  const width = kind === "U" ? 4 : 1;
  if ((kind !== "U" && kind !== "S") || size === 0) return undefined;
  return {
    bytes: size * width,
    at: (view, offset) => {
      let text = "";
      for (let i = 0; i < size; i++) {
        const code = width === 4 ? view.getUint32(offset + i * 4, little) : view.getUint8(offset + i);
        if (code === 0) break;
        text += code > 0x10ffff ? "\uFFFD" : String.fromCodePoint(code);
      }
      return text;
    },
  };
}
