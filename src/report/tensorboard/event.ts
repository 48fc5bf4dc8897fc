/**
 * TensorBoard's `Event` in protobuf (tensorflow/core/util/event.proto, framework/summary.proto): only the fields that a scalar
 * needs.
 */

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** The file's version: the first event contains only this. */
  readonly fileVersion?: string;
  readonly step?: number;
  readonly scalars?: readonly Scalar[];
}

export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const key = (field: number, type: number): number => field * 8 + type;

/** 7 bits per byte, the lowest first; integers from 0 to 2 ** 53. */
function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

const field = (number: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([key(number, wire.bytes), ...varint(content.length)]), content]);

function fixed(number: number, type: typeof wire.fixed32 | typeof wire.fixed64, value: number): Uint8Array {
  const bytes = Buffer.alloc(type === wire.fixed32 ? 5 : 9);
  bytes[0] = key(number, type);
  if (type === wire.fixed32) bytes.writeFloatLE(value, 1);
  else bytes.writeDoubleLE(value, 1);
  return bytes;
}

const text = (of: string): Uint8Array => new TextEncoder().encode(of);

export function encodeEvent({ wallTime, step, fileVersion, scalars = [] }: Event): Uint8Array {
  const values = scalars.map(({ tag, value }) =>
    field(1, Buffer.concat([field(1, text(tag)), fixed(2, wire.fixed32, value)])),
  );
  return Buffer.concat([
    fixed(1, wire.fixed64, wallTime),
    ...(step === undefined ? [] : [Uint8Array.from([key(2, wire.varint), ...varint(step)])]),
    ...(fileVersion === undefined ? [] : [field(3, text(fileVersion))]),
    ...(values.length === 0 ? [] : [field(5, Buffer.concat(values))]),
  ]);
}

/** An event's wall time, which is the first field in our events. */
export function wallTimeOf(event: Uint8Array): number | undefined {
  if (event.length < 9 || event[0] !== key(1, wire.fixed64)) return undefined;
  return new DataView(event.buffer, event.byteOffset).getFloat64(1, true);
}
