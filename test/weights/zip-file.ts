/** An entry of a ZIP archive; fields besides name and data replace the true values. */
export interface EntryToWrite {
  readonly name: string;
  readonly data: Uint8Array | string;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly local?: number;
}

function record(signature: number, fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [width]) => sum + width, 0));
  bytes.writeUInt32LE(signature);
  let at = 4;
  for (const [width, value] of fields) {
    if (width === 2) bytes.writeUInt16LE(value, at);
    else bytes.writeUInt32LE(value, at);
    at += width;
  }
  return bytes;
}

const twos = (...values: readonly number[]) => values.map((value) => [2, value] as const);
const fours = (...values: readonly number[]) => values.map((value) => [4, value] as const);

/** A small archive; checksums are zero, because nothing compares them. */
export function zipOf(
  entries: readonly EntryToWrite[],
  directory: { readonly count?: number; readonly begin?: number } = {},
) {
  const pieces: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, flags = 0, size, local } of entries) {
    const [bytes, called] = [Buffer.from(data), Buffer.from(name)];
    const sizes = fours(0, size ?? bytes.length, size ?? bytes.length);
    const head = record(0x04034b50, [...twos(20, flags, method, 0, 0), ...sizes, ...twos(called.length, 0)]);
    pieces.push(head, called, bytes);
    const lengths = twos(called.length, 0, 0, 0, 0);
    central.push(
      record(0x02014b50, [...twos(20, 20, flags, method, 0, 0), ...sizes, ...lengths, ...fours(0, local ?? at)]),
      called,
    );
    at += head.length + called.length + bytes.length;
  }
  const { count = entries.length, begin = at } = directory;
  const listed = Buffer.concat(central);
  const end = record(0x06054b50, [...twos(0, 0, count, count), ...fours(listed.length, begin), ...twos(0)]);
  return new Uint8Array(Buffer.concat([...pieces, listed, end]));
}

/** A checkpoint whose object is this pickle, with these storages. */
export const checkpointOf = (pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array =>
  zipOf([
    { name: "w/data.pkl", data: pickle },
    ...Object.entries(storages).map(([key, data]) => ({ name: `w/data/${key}`, data })),
  ]);
