/** The state of the pickle machine, and the opcodes that push one value. */
import { damaged, type PickleFault } from "./pickle-faults.js";
import { opaque, type PickleValue, type StorageValue } from "./pickle-values.js";

export interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  /** Opcodes so far, plus elements copied by calls. */
  steps: number;
  readonly stack: PickleValue[];
  /** Heights of the stack at each MARK. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
  /** By key, so that one key is one storage. */
  readonly storages: Map<string, StorageValue>;
}

/** An opcode: changes the machine, or returns an error. */
export type Step = (machine: Machine) => PickleFault | undefined;

/** The next bytes; undefined if the pickle ends before. */
export function take(machine: Machine, length: number): Uint8Array | undefined {
  const end = machine.at + length;
  if (end > machine.bytes.byteLength) return undefined;
  const found = machine.bytes.subarray(machine.at, end);
  machine.at = end;
  return found;
}

/** An unsigned little-endian integer of `length` bytes. */
export function takeCount(machine: Machine, length: 1 | 2 | 4 | 8): number | undefined {
  const { view, at } = machine;
  if (take(machine, length) === undefined) return undefined;
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true);
  return length === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** Maximum size of an integer, in bytes: the format's own magic number has ten. */
export const maxLongBytes = 16;

/** Maximum size of a string: names of tensors have some tens of bytes. */
export const maxTextBytes = 2 ** 20;

export const push =
  (make: () => PickleValue): Step =>
  ({ stack }) => {
    stack.push(make());
    return undefined;
  };

export const pushCount =
  (length: 1 | 2): Step =>
  (machine) => {
    const value = takeCount(machine, length);
    if (value === undefined) return damaged("truncated");
    machine.stack.push(value);
    return undefined;
  };

export const pushInt32: Step = (machine) => {
  const { at } = machine;
  if (take(machine, 4) === undefined) return damaged("truncated");
  machine.stack.push(machine.view.getInt32(at, true));
  return undefined;
};

export const pushFloat: Step = (machine) => {
  const { at } = machine;
  if (take(machine, 8) === undefined) return damaged("truncated");
  machine.stack.push(machine.view.getFloat64(at));
  return undefined;
};

/** LONG1: two's complement, little-endian. */
export const pushLong: Step = (machine) => {
  const length = takeCount(machine, 1);
  const digits = length === undefined ? undefined : take(machine, length);
  if (digits === undefined) return damaged("truncated");
  if (digits.byteLength > maxLongBytes) return damaged("long-number");
  let value = 0n;
  for (let i = digits.byteLength - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i] ?? 0);
  value = BigInt.asIntN(8 * digits.byteLength, value);
  machine.stack.push(Number.isSafeInteger(Number(value)) ? Number(value) : value);
  return undefined;
};

export const pushText =
  (lengthBytes: 1 | 4 | 8): Step =>
  (machine) => {
    const length = takeCount(machine, lengthBytes);
    if (length !== undefined && length > maxTextBytes) return damaged("long-text");
    const text = length === undefined ? undefined : take(machine, length);
    if (text === undefined) return damaged("truncated");
    machine.stack.push(new TextDecoder().decode(text));
    return undefined;
  };

export const pushBytes =
  (lengthBytes: 1 | 4): Step =>
  (machine) => {
    const length = takeCount(machine, lengthBytes);
    if (length === undefined || take(machine, length) === undefined) return damaged("truncated");
    machine.stack.push(opaque);
    return undefined;
  };
