/**
 * The Python names that a pickle of weights may use, and what each of them makes here. It is the list of PyTorch's own
 * restricted reader (`torch.load(weights_only=True)`, torch/_weights_only_unpickler.py), less what is no dense tensor.
 */
import { type DamagedPickle, damaged, type PickleFault } from "./pickle-faults.js";
import {
  isDict,
  isGlobal,
  isSequence,
  isStorage,
  isTensor,
  opaque,
  type PickleValue,
  type StorageType,
  type TensorValue,
} from "./pickle-values.js";

const storage = (dtype: string, elementBytes: number): StorageType => ({ dtype, elementBytes });

/** Kinds of storage, by the name that stands in a persistent id. */
export const storageTypes: ReadonlyMap<string, StorageType> = new Map([
  ["torch.FloatStorage", storage("F32", 4)],
  ["torch.HalfStorage", storage("F16", 2)],
  ["torch.BFloat16Storage", storage("BF16", 2)],
  ["torch.DoubleStorage", storage("F64", 8)],
  ["torch.LongStorage", storage("I64", 8)],
  ["torch.IntStorage", storage("I32", 4)],
  ["torch.ShortStorage", storage("I16", 2)],
  ["torch.CharStorage", storage("I8", 1)],
  ["torch.ByteStorage", storage("U8", 1)],
  ["torch.BoolStorage", storage("BOOL", 1)],
  ["torch.ComplexFloatStorage", storage("complex64", 8)],
  ["torch.ComplexDoubleStorage", storage("complex128", 16)],
  ["torch.storage.UntypedStorage", storage("bytes", 1)],
]);

/** A dtype as a value (`torch.float32`): a name and nothing more. */
const dtypeName = /^torch\.(b?float|complex|u?int|bool|half|double|long|short)[a-z0-9_]*$/;

type Maker = (args: readonly PickleValue[]) => PickleValue | DamagedPickle;

/** What may stand for an argument that no tensor's values depend on, and how it is called where it does more. */
interface Argument {
  readonly name: string;
  readonly isHarmless: (value: PickleValue) => boolean;
}

const isEmpty = (value: PickleValue): boolean =>
  value === null || (isDict(value) && value.entries.size === 0) || (isSequence(value) && value.items.length === 0);
/** Every flag of it off: `{"neg": false}`. */
const isOff = (value: PickleValue): boolean =>
  isEmpty(value) || (isDict(value) && [...value.entries.values()].every((flag) => flag === false));

const requiresGrad: Argument = { name: "requires_grad", isHarmless: (value) => typeof value === "boolean" };
const hooks: Argument = { name: "backward_hooks", isHarmless: isEmpty };
/** Bits of a lazy tensor: its minus (`neg`), its conjugate (`conj`). */
const metadata: Argument = { name: "metadata", isHarmless: isOff };
/** Attributes that Python code hung on a parameter: no part of its values. */
const pythonState: Argument = { name: "state", isHarmless: () => true };
const dtypeArgument: Argument = { name: "dtype", isHarmless: isGlobal };

/** More axes than these no tensor has (PyTorch's own limit). */
const maxAxes = 64;

const isCount = (value: PickleValue | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function counts(value: PickleValue | undefined): readonly number[] | undefined {
  return isSequence(value) && value.items.length <= maxAxes && value.items.every(isCount)
    ? (value.items as readonly number[])
    : undefined;
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, ...)`: the elements must lie in the storage. */
function rebuildTensor([from, offset, size, stride]: readonly PickleValue[]): TensorValue | DamagedPickle {
  const [shape, strides] = [counts(size), counts(stride)];
  if (!isStorage(from) || !isCount(offset) || shape?.length !== strides?.length) return damaged("bad-arguments");
  if (shape === undefined || strides === undefined) return damaged("bad-arguments");
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), offset);
  if (!shape.includes(0) && last >= from.elements) return damaged("outside-storage");
  return { kind: "tensor", storage: from, dtype: from.dtype, offset, shape, strides };
}

/** `_rebuild_tensor_v3(untyped storage, offset, size, stride, requires_grad, hooks, dtype)`: dtypes without a storage of their own. */
function rebuildUntyped(args: readonly PickleValue[]): TensorValue | DamagedPickle {
  const [from, offset, size, stride, , , dtype] = args;
  const shape = counts(size);
  const strides = counts(stride);
  if (!isStorage(from) || !isCount(offset) || shape === undefined || strides === undefined || !isGlobal(dtype)) {
    return damaged("bad-arguments");
  }
  // float8, uint16 and the like: named where a model asks for them, never read.
  return { kind: "tensor", storage: from, dtype: dtype.name.replace("torch.", ""), offset, shape, strides };
}

/** `OrderedDict()` or `OrderedDict([[key, value], ...])`. */
function makeDict([pairs]: readonly PickleValue[]): PickleValue | DamagedPickle {
  const entries = new Map<PickleValue, PickleValue>();
  if (isDict(pairs)) for (const [key, value] of pairs.entries) entries.set(key, value);
  if (isSequence(pairs)) {
    for (const pair of pairs.items) {
      const [key, value] = isSequence(pair) ? pair.items : [];
      if (key === undefined || value === undefined) return damaged("bad-arguments");
      entries.set(key, value);
    }
  }
  return { kind: "dict", entries };
}

const sameTensor: Maker = ([data]) => (isTensor(data) ? data : damaged("bad-arguments"));
const sequence =
  (kind: "tuple" | "set"): Maker =>
  ([items]) => ({ kind, items: isSequence(items) ? [...items.items] : [] });
const inert: Maker = () => opaque;

/** A function: what it makes of its first arguments, and what it may be told beside them. */
interface Callable {
  readonly make: Maker;
  readonly takes: number;
  readonly beside: readonly Argument[];
}

const callable = (make: Maker, takes: number, ...beside: readonly Argument[]): Callable => ({ make, takes, beside });
/** Something that no weight can need: whatever it is told, it is not used. */
const unused = callable(inert, Number.POSITIVE_INFINITY);

/** What may be called, and what comes of it. */
const callables: ReadonlyMap<string, Callable> = new Map([
  ["collections.OrderedDict", callable(makeDict, 1)],
  ["collections.Counter", callable(makeDict, 1)],
  ["torch._utils._rebuild_tensor", callable(rebuildTensor, 4)],
  ["torch._utils._rebuild_tensor_v2", callable(rebuildTensor, 4, requiresGrad, hooks, metadata)],
  ["torch._utils._rebuild_tensor_v3", callable(rebuildUntyped, 4, requiresGrad, hooks, dtypeArgument, metadata)],
  ["torch._utils._rebuild_parameter", callable(sameTensor, 1, requiresGrad, hooks)],
  ["torch._utils._rebuild_parameter_with_state", callable(sameTensor, 1, requiresGrad, hooks, pythonState)],
  ["torch.nn.parameter.Parameter", callable(sameTensor, 1, requiresGrad)],
  ["torch.Size", callable(sequence("tuple"), 1)],
  ["builtins.set", callable(sequence("set"), 1)],
  ["__builtin__.set", callable(sequence("set"), 1)],
  ["builtins.complex", unused],
  ["__builtin__.complex", unused],
  ["builtins.bytearray", unused],
  ["__builtin__.bytearray", unused],
  ["_codecs.encode", unused],
  ["torch.device", unused],
  ["torch.serialization._get_layout", unused],
]);

/** An argument in a few words: `metadata {"neg": true}`. */
function inWords({ name }: Argument, value: PickleValue): string {
  if (!isDict(value)) return name;
  const entries = [...value.entries].slice(0, 4).map(([key, flag]) => `${String(key)}: ${String(flag)}`);
  return `${name} {${entries.join(", ")}}`;
}

/** A call of a name of the list, or why it is not carried out. */
export function call(name: string, args: readonly PickleValue[]): PickleValue | PickleFault {
  const found = callables.get(name);
  if (found === undefined) return damaged("not-callable");
  const { make, takes, beside } = found;
  for (const [i, value] of args.slice(takes).entries()) {
    const argument = beside[i];
    if (argument === undefined) return { kind: "unread-argument", name, argument: `${args.length} arguments` };
    if (!argument.isHarmless(value)) return { kind: "unread-argument", name, argument: inWords(argument, value) };
  }
  return make(args);
}

/** Whether a pickle may name this. */
export const isAllowedGlobal = (name: string): boolean =>
  callables.has(name) || storageTypes.has(name) || dtypeName.test(name);
