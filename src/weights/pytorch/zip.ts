/**
 * The directory of a ZIP archive with uncompressed entries, as `torch.save` writes it (with ZIP64 records and data
 * descriptors). Only the central directory is used, and everything in it is first checked against the file's size. Source:
 * PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
 */
import type { ArchiveDamage } from "../../diagnostics/catalogue/weights/pytorch.js";
import { diagnose } from "../../diagnostics/diagnostic.js";
import { type ReadResult, refuse, shown } from "../weight-file.js";

/** The range of an entry's bytes in the file. */
export interface ZipEntry {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  /** Whether it is neither compressed nor encrypted, so that it can be read. */
  readonly isPlain: boolean;
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };
const headBytes = { local: 30, central: 46, end: 22, end64: 56, locator: 20 };
/** Maximum size of an archive's comment in bytes. */
const maxComment = 0xffff;
/** In a 32-bit field: the value is in a ZIP64 record. */
const elsewhere = 0xffffffff;
const zip64Field = 1;

/** The entries by name; none overlaps another or the directory. */
export function readZipDirectory(bytes: Uint8Array, file: string): ReadResult<ReadonlyMap<string, ZipEntry>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (offset: number, damage: ArchiveDamage) =>
    refuse(diagnose("weights/archive-damaged", { file, offset, damage }));
  const directory = findDirectory(view);
  if (directory === undefined) return damaged(Math.max(0, bytes.byteLength - headBytes.end), "no-directory");
  const { begin, end, count } = directory;
  if (!(begin <= end && end <= bytes.byteLength)) return damaged(begin, "directory-outside");
  const entries = new Map<string, ZipEntry>();
  const taken: { readonly from: number; readonly to: number }[] = [{ from: begin, to: end }];
  let at = begin;
  for (let i = 0; i < count; i++) {
    if (at + headBytes.central > end || view.getUint32(at, true) !== signature.central) return damaged(at, "bad-entry");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const nameAt = at + headBytes.central;
    const next = nameAt + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    if (next > end) return damaged(at, "bad-entry");
    const name = new TextDecoder().decode(bytes.subarray(nameAt, nameAt + (nameBytes ?? 0)));
    const place = readPlace(view, at, nameAt + (nameBytes ?? 0), extraBytes ?? 0);
    if (place === undefined) return damaged(at, "bad-entry");
    const { local, size } = place;
    if (local + headBytes.local > begin || view.getUint32(local, true) !== signature.local) {
      return damaged(at, "entry-outside");
    }
    const dataAt = local + headBytes.local + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (dataAt + place.packed > begin) return damaged(at, "entry-outside");
    if (entries.has(name)) return refuse(diagnose("weights/duplicate-key", { file, key: shown(name), offset: at }));
    const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
    const isStored = view.getUint16(at + 10, true) === 0 && place.packed === size;
    entries.set(name, { name, begin: dataAt, end: dataAt + size, isPlain: isStored && !isEncrypted });
    taken.push({ from: local, to: dataAt + place.packed });
    at = next;
  }
  taken.sort((a, b) => a.from - b.from);
  const over = taken.find(({ from }, i) => i > 0 && from < (taken[i - 1]?.to ?? 0));
  return over === undefined ? { kind: "read", value: entries } : damaged(over.from, "overlap");
}

interface Directory {
  readonly begin: number;
  readonly end: number;
  readonly count: number;
}

/** The record at the end of the file, in 64-bit form if there is one; undefined if there is none. */
function findDirectory(view: DataView): Directory | undefined {
  const last = view.byteLength - headBytes.end;
  for (let at = last; at >= Math.max(0, last - maxComment); at--) {
    if (view.getUint32(at, true) !== signature.end) continue;
    if (at + headBytes.end + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const [size, begin] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    return (
      findDirectory64(view, at - headBytes.locator) ?? {
        begin,
        end: begin + size,
        count: view.getUint16(at + 10, true),
      }
    );
  }
  return undefined;
}

function findDirectory64(view: DataView, locator: number): Directory | undefined {
  if (locator < 0 || view.getUint32(locator, true) !== signature.locator) return undefined;
  const at = Number(view.getBigUint64(locator + 8, true));
  if (at + headBytes.end64 > locator || view.getUint32(at, true) !== signature.end64) return undefined;
  const [count, size, begin] = [32, 40, 48].map((field) => Number(view.getBigUint64(at + field, true)));
  return { begin: begin ?? 0, end: (begin ?? 0) + (size ?? 0), count: count ?? 0 };
}

/** Size and offset of an entry; values that do not fit in 32 bits are in its ZIP64 field, in this order. */
function readPlace(view: DataView, at: number, extraAt: number, extraBytes: number) {
  const plain = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  if (!plain.includes(elsewhere)) return { size: plain[0] ?? 0, packed: plain[1] ?? 0, local: plain[2] ?? 0 };
  const end = extraAt + extraBytes;
  let field = extraAt;
  while (field + 4 <= end && view.getUint16(field, true) !== zip64Field) field += 4 + view.getUint16(field + 2, true);
  if (field + 4 > end) return undefined;
  const fieldEnd = Math.min(end, field + 4 + view.getUint16(field + 2, true));
  let next = field + 4;
  const wide: number[] = [];
  for (const value of plain) {
    if (value !== elsewhere) wide.push(value);
    else if (next + 8 > fieldEnd) return undefined;
    else {
      wide.push(Number(view.getBigUint64(next, true)));
      next += 8;
    }
  }
  return { size: wide[0] ?? 0, packed: wide[1] ?? 0, local: wide[2] ?? 0 };
}
