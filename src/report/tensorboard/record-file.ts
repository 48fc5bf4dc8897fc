/** TFRecord: length and its checksum, data and their checksum, record after record. */
import { maskedCrc32c } from "./crc32c.js";

const headBytes = 12;
const tailBytes = 4;

export function frame(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headBytes + data.length + tailBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, headBytes);
  view.setUint32(headBytes + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** The complete records: if a process was killed while writing, the rest is ignored. */
export function wholeRecords(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at + headBytes + tailBytes <= bytes.length; ) {
    const length = view.getUint32(at, true);
    const end = at + headBytes + length;
    if (view.getUint32(at + 4, true) !== 0 || end + tailBytes > bytes.length) break;
    const data = bytes.subarray(at + headBytes, end);
    const isWhole =
      view.getUint32(at + 8, true) === maskedCrc32c(bytes.subarray(at, at + 8)) &&
      view.getUint32(end, true) === maskedCrc32c(data);
    if (!isWhole) break;
    records.push(data);
    at = end + tailBytes;
  }
  return records;
}
