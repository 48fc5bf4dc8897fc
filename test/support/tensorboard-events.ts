/** TensorBoard's events, read independently of our writer. */
import { readFileSync } from "node:fs";
import { wholeRecords } from "../../src/report/tensorboard/record-file.js";

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** A protobuf reader that is independent of the writer: fields by number and wire type. */
function fieldsOf(bytes: Uint8Array): readonly { readonly field: number; readonly value: number | Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { field: number; value: number | Uint8Array }[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, type] = [key >> 3, key & 7];
    if (type === 0) found.push({ field, value: varint() });
    else if (type === 1) {
      found.push({ field, value: view.getFloat64(at, true) });
      at += 8;
    } else if (type === 5) {
      found.push({ field, value: view.getFloat32(at, true) });
      at += 4;
    } else {
      const length = varint();
      found.push({ field, value: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return found;
}

export function readEvent(bytes: Uint8Array): ReadEvent {
  const fields = new Map(fieldsOf(bytes).map(({ field, value }) => [field, value] as const));
  const summary = fields.get(5);
  const scalars = summary instanceof Uint8Array ? fieldsOf(summary) : [];
  return {
    wallTime: fields.get(1) as number,
    step: (fields.get(2) as number | undefined) ?? 0,
    scalars: Object.fromEntries(
      scalars.map(({ value }) => {
        const inner = new Map(fieldsOf(value as Uint8Array).map((each) => [each.field, each.value] as const));
        return [Buffer.from(inner.get(1) as Uint8Array).toString(), inner.get(2) as number];
      }),
    ),
  };
}

export const readEvents = (file: string): readonly ReadEvent[] => wholeRecords(readFileSync(file)).map(readEvent);
