/**
 * Interprets a pickle (Python's pickletools documents the opcodes) on inert data. It calls nothing: it knows only the opcodes
 * that `torch.save` writes, and the Python names of `globals.ts`. Anything else is an error with its offset. Every step reads
 * at least one byte and makes at most one value, and steps are limited, so time and memory are bounded.
 */

import { invariant } from "../../diagnostics/invariant.js";
import { call, isAllowedGlobal, storageTypes } from "./globals.js";
import { damaged, isFault, type PickleFault } from "./pickle-faults.js";
import {
  type Machine,
  maxTextBytes,
  push,
  pushBytes,
  pushCount,
  pushFloat,
  pushInt32,
  pushLong,
  pushText,
  type Step,
  take,
  takeCount,
} from "./pickle-pushes.js";
import {
  type DictValue,
  isDict,
  isGlobal,
  isSequence,
  kindOf,
  opaque,
  type PickleValue,
  type SequenceValue,
  type StorageValue,
} from "./pickle-values.js";

export type PickleResult =
  /** `end` is the offset after the pickle. */
  | { readonly kind: "value"; readonly value: PickleValue; readonly end: number }
  | { readonly kind: "fault"; readonly fault: PickleFault; readonly offset: number };

/** A network of a thousand tensors takes forty thousand steps; each makes at most one value, of some 200 bytes at worst. */
const maxSteps = 2_000_000;
const newestProtocol = 5;

export interface PickleOptions {
  /** The offset of the pickle. */
  readonly begin?: number;
  /** Receives the storages that the pickle names. */
  readonly storages?: Map<string, StorageValue>;
}

/** Interprets a pickle. */
export function runPickle(bytes: Uint8Array, { begin = 0, storages = new Map() }: PickleOptions = {}): PickleResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { bytes, view, at: begin, steps: 0, stack: [], marks: [], memo: new Map(), storages };
  for (;;) {
    const offset = machine.at;
    const opcode = bytes[offset];
    machine.steps++;
    if (machine.steps > maxSteps) return { kind: "fault", fault: damaged("too-long"), offset };
    if (opcode === undefined) return { kind: "fault", fault: damaged("truncated"), offset };
    machine.at++;
    if (opcode === stopOpcode) {
      const value = machine.stack.pop();
      if (value === undefined || machine.stack.length > 0) return { kind: "fault", fault: damaged("stack"), offset };
      return { kind: "value", value, end: machine.at };
    }
    const step = steps.get(opcode);
    const fault = step === undefined ? ({ kind: "forbidden-opcode", opcode } as const) : step(machine);
    if (fault !== undefined) return { kind: "fault", fault, offset };
  }
}

/** Pops everything above the last MARK; undefined if there is none. */
function takeMarked({ stack, marks }: Machine): PickleValue[] | undefined {
  const height = marks.pop();
  return height === undefined || height > stack.length ? undefined : stack.splice(height);
}

const tupleOfMarked: Step = (machine) => {
  const items = takeMarked(machine);
  if (items === undefined) return damaged("stack");
  machine.stack.push({ kind: "tuple", items });
  return undefined;
};

const tupleOf =
  (length: 1 | 2 | 3): Step =>
  ({ stack, marks }) => {
    if (stack.length - (marks.at(-1) ?? 0) < length) return damaged("stack");
    stack.push({ kind: "tuple", items: stack.splice(-length) });
    return undefined;
  };

function addItems(target: PickleValue | undefined, kind: SequenceValue["kind"], items: PickleValue[]) {
  if (!isSequence(target) || target.kind !== kind) return damaged("wrong-target");
  for (const item of items) target.items.push(item);
  return undefined;
}

const addMarked =
  (kind: "list" | "set"): Step =>
  (machine) => {
    const items = takeMarked(machine);
    return items === undefined ? damaged("stack") : addItems(machine.stack.at(-1), kind, items);
  };

const append: Step = ({ stack }) => {
  const item = stack.pop();
  return item === undefined ? damaged("stack") : addItems(stack.at(-1), "list", [item]);
};

function setItems(target: PickleValue | undefined, items: readonly PickleValue[]): PickleFault | undefined {
  if (!isDict(target) || items.length % 2 !== 0) return damaged("wrong-target");
  const { entries }: DictValue = target;
  for (let i = 0; i < items.length; i += 2) {
    const [key, value] = [items[i], items[i + 1]];
    if (key !== undefined && value !== undefined) entries.set(key, value);
  }
  return undefined;
}

const setMarked: Step = (machine) => {
  const items = takeMarked(machine);
  return items === undefined ? damaged("stack") : setItems(machine.stack.at(-1), items);
};

const setOne: Step = ({ stack }) => (stack.length < 3 ? damaged("stack") : setItems(stack.at(-3), stack.splice(-2)));

const get =
  (lengthBytes: 1 | 4): Step =>
  (machine) => {
    const index = takeCount(machine, lengthBytes);
    if (index === undefined) return damaged("truncated");
    const value = machine.memo.get(index);
    if (value === undefined) return damaged("memo");
    machine.stack.push(value);
    return undefined;
  };

const put =
  (lengthBytes: 1 | 4): Step =>
  (machine) => {
    const index = takeCount(machine, lengthBytes);
    const value = machine.stack.at(-1);
    if (index === undefined || value === undefined) return damaged(index === undefined ? "truncated" : "stack");
    machine.memo.set(index, value);
    return undefined;
  };

const memoize: Step = ({ stack, memo }) => {
  const value = stack.at(-1);
  if (value === undefined) return damaged("stack");
  memo.set(memo.size, value);
  return undefined;
};

/** Two lines: module and name. */
const global: Step = (machine) => {
  const words: string[] = [];
  for (let line = 0; line < 2; line++) {
    const end = machine.bytes.indexOf(0x0a, machine.at);
    if (end < 0) return damaged("truncated");
    if (end - machine.at > maxTextBytes) return damaged("long-text");
    words.push(new TextDecoder().decode(machine.bytes.subarray(machine.at, end)));
    machine.at = end + 1;
  }
  return pushGlobal(machine, words.join("."));
};

const stackGlobal: Step = (machine) => {
  const [module, name] = machine.stack.splice(-2);
  return typeof module === "string" && typeof name === "string"
    ? pushGlobal(machine, `${module}.${name}`)
    : damaged("stack");
};

function pushGlobal(machine: Machine, name: string): PickleFault | undefined {
  if (!isAllowedGlobal(name)) return { kind: beginsObject(machine) ? "object" : "forbidden-global", name };
  machine.stack.push({ kind: "global", name });
  return undefined;
}

/** Whether the pickle's top-level object is an instance of the class just named: a memo, then `()` and NEWOBJ. */
function beginsObject({ stack, bytes, at }: Machine): boolean {
  const [emptyTuple, newObject] = [0x29, 0x81];
  const ways = [0, 1, 2, 5].map((memo) => [bytes[at + memo], bytes[at + memo + 1]]);
  return stack.length === 0 && ways.some(([first, second]) => first === emptyTuple && second === newObject);
}

/** A call: made by `makers`, or rejected. */
const reduce: Step = (machine) => {
  const { stack } = machine;
  const args = stack.pop();
  const callee = stack.pop();
  if (!isSequence(args) || !isGlobal(callee)) return damaged("stack");
  // Copied elements count as steps: one long list may be passed repeatedly.
  const [first] = args.items;
  machine.steps += isSequence(first) ? first.items.length : isDict(first) ? first.entries.size : 0;
  const made = call(callee.name, args.items);
  if (isFault(made)) return made;
  stack.push(made);
  return undefined;
};

/** Attributes of an OrderedDict (`_metadata`) are ignored; a tensor's state could change its values. */
const build: Step = ({ stack }) => {
  if (stack.length < 2) return damaged("stack");
  stack.pop();
  const target = stack.at(-1);
  if (isDict(target) || target === opaque) return undefined;
  return { kind: "unread-argument", name: "__setstate__", argument: `a state of a ${kindOf(target)}` };
};

/** `("storage", type, key, location, elements)`, and in the old format a view of it, which is None. */
const persistentId: Step = ({ stack, storages }) => {
  const id = stack.pop();
  const [word, type, key, , elements, view] = isSequence(id) ? id.items : [];
  if (word === "module") return { kind: "object", name: isGlobal(type) ? type.name : "a class" };
  const stored = isGlobal(type) ? storageTypes.get(type.name) : undefined;
  if (word !== "storage" || stored === undefined || typeof key !== "string") return damaged("persistent-id");
  if (typeof elements !== "number" || !Number.isSafeInteger(elements) || elements < 0) return damaged("persistent-id");
  if (view !== undefined && view !== null) return damaged("storage-view");
  const known = storages.get(key);
  if (known !== undefined && (known.dtype !== stored.dtype || known.elements !== elements)) {
    return damaged("persistent-id");
  }
  const storage: StorageValue = known ?? { kind: "storage", ...stored, key, elements };
  storages.set(key, storage);
  stack.push(storage);
  return undefined;
};

/** PROTO 2: only its number. */
const protocol: Step = (machine) => {
  const found = takeCount(machine, 1);
  if (found === undefined) return damaged("truncated");
  return found > newestProtocol ? damaged("protocol") : undefined;
};

const frame: Step = (machine) => (take(machine, 8) === undefined ? damaged("truncated") : undefined);

const mark: Step = ({ stack, marks }) => {
  marks.push(stack.length);
  return undefined;
};

const stopOpcode = 0x2e;

/**
 * By Python's names: the opcodes of protocols 2 to 5 that weights need, without those that make objects (NEWOBJ, INST, OBJ,
 * EXT).
 */
const named: Readonly<Record<string, readonly [opcode: number, step: Step]>> = {
  PROTO: [0x80, protocol],
  FRAME: [0x95, frame],
  MARK: [0x28, mark],
  NONE: [0x4e, push(() => null)],
  NEWTRUE: [0x88, push(() => true)],
  NEWFALSE: [0x89, push(() => false)],
  BININT: [0x4a, pushInt32],
  BININT1: [0x4b, pushCount(1)],
  BININT2: [0x4d, pushCount(2)],
  LONG1: [0x8a, pushLong],
  BINFLOAT: [0x47, pushFloat],
  BINUNICODE: [0x58, pushText(4)],
  SHORT_BINUNICODE: [0x8c, pushText(1)],
  BINUNICODE8: [0x8d, pushText(8)],
  BINSTRING: [0x54, pushText(4)],
  SHORT_BINSTRING: [0x55, pushText(1)],
  BINBYTES: [0x42, pushBytes(4)],
  SHORT_BINBYTES: [0x43, pushBytes(1)],
  EMPTY_TUPLE: [0x29, push(() => ({ kind: "tuple", items: [] }))],
  EMPTY_LIST: [0x5d, push(() => ({ kind: "list", items: [] }))],
  EMPTY_DICT: [0x7d, push(() => ({ kind: "dict", entries: new Map() }))],
  EMPTY_SET: [0x8f, push(() => ({ kind: "set", items: [] }))],
  TUPLE: [0x74, tupleOfMarked],
  TUPLE1: [0x85, tupleOf(1)],
  TUPLE2: [0x86, tupleOf(2)],
  TUPLE3: [0x87, tupleOf(3)],
  APPEND: [0x61, append],
  APPENDS: [0x65, addMarked("list")],
  ADDITEMS: [0x90, addMarked("set")],
  SETITEM: [0x73, setOne],
  SETITEMS: [0x75, setMarked],
  BINGET: [0x68, get(1)],
  LONG_BINGET: [0x6a, get(4)],
  BINPUT: [0x71, put(1)],
  LONG_BINPUT: [0x72, put(4)],
  MEMOIZE: [0x94, memoize],
  GLOBAL: [0x63, global],
  STACK_GLOBAL: [0x93, stackGlobal],
  REDUCE: [0x52, reduce],
  BUILD: [0x62, build],
  BINPERSID: [0x51, persistentId],
};

const steps: ReadonlyMap<number, Step> = new Map(Object.values(named));
invariant(steps.size === Object.keys(named).length, "every opcode has a step of its own");
