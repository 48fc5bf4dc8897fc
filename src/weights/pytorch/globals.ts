/**
 * The Python names that a pickle of weights may use, and what each of them makes here. The list is that of PyTorch's restricted
 * reader (`torch.load(weights_only=True)`, torch/_weights_only_unpickler.py), without everything that is not a dense tensor.
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

/** Storage types, by their name in a persistent id. */
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

/** A dtype as a value (`torch.float32`): only a name. */
const dtypeName = /^torch\.(b?float|complex|u?int|bool|half|double|long|short)[a-z0-9_]*$/;

type Maker = (args: readonly PickleValue[]) => PickleValue | DamagedPickle;

/** Allowed values of an argument that does not affect a tensor's values, and its name for messages otherwise. */
interface Argument {
  readonly name: string;
  readonly isHarmless: (value: PickleValue) => boolean;
}

const isEmpty = (value: PickleValue): boolean =>
  value === null || (isDict(value) && value.entries.size === 0) || (isSequence(value) && value.items.length === 0);
/** Whether every flag is off: `{"neg": false}`. */
const isOff = (value: PickleValue): boolean =>
  isEmpty(value) || (isDict(value) && [...value.entries.values()].every((flag) => flag === false));

const requiresGrad: Argument = { name: "requires_grad", isHarmless: (value) => typeof value === "boolean" };
const hooks: Argument = { name: "backward_hooks", isHarmless: isEmpty };
/** Bits of a lazy tensor: negation (`neg`), conjugate (`conj`). */
const metadata: Argument = { name: "metadata", isHarmless: isOff };
/** Python attributes of a parameter: not part of its values. */
const pythonState: Argument = { name: "state", isHarmless: () => true };
const dtypeArgument: Argument = { name: "dtype", isHarmless: isGlobal };

/** Maximum number of axes (PyTorch's own limit). */
const maxAxes = 64;

const isCount = (value: PickleValue | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function counts(value: PickleValue | undefined): readonly number[] | undefined {
  return isSequence(value) && value.items.length <= maxAxes && value.items.every(isCount)
    ? (value.items as readonly number[])
    : undefined;
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, ...)`: the elements must be inside the storage. */
function rebuildTensor([from, offset, size, stride]: readonly PickleValue[]): TensorValue | DamagedPickle {
  const [shape, strides] = [counts(size), counts(stride)];
  if (!isStorage(from) || !isCount(offset) || shape?.length !== strides?.length) return damaged("bad-arguments");
  if (shape === undefined || strides === undefined) return damaged("bad-arguments");
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), offset);
  if (!shape.includes(0) && last >= from.elements) return damaged("outside-storage");
  return { kind: "tensor", storage: from, dtype: from.dtype, offset, shape, strides };
}

/**
 * `_rebuild_tensor_v3(untyped storage, offset, size, stride, requires_grad, hooks, dtype)`: for dtypes without their own
 * storage.
 */
function rebuildUntyped(args: readonly PickleValue[]): TensorValue | DamagedPickle {
  const [from, offset, size, stride, , , dtype] = args;
  const shape = counts(size);
  const strides = counts(stride);
  if (!isStorage(from) || !isCount(offset) || shape === undefined || strides === undefined || !isGlobal(dtype)) {
    return damaged("bad-arguments");
  }
  // float8, uint16 and the like: named in an error if the model needs them, never read.
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

/** A function: what it makes of its first arguments, and which further ones it accepts. */
interface Callable {
  readonly make: Maker;
  readonly takes: number;
  readonly beside: readonly Argument[];
}

const callable = (make: Maker, takes: number, ...beside: readonly Argument[]): Callable => ({ make, takes, beside });
/** An object that weights cannot depend on: its arguments are ignored. */
const unused = callable(inert, Number.POSITIVE_INFINITY);

/** The allowed calls and their results. */
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

/** An argument in words: `metadata {"neg": true}`. */
function inWords({ name }: Argument, value: PickleValue): string {
  if (!isDict(value)) return name;
  const entries = [...value.entries].slice(0, 4).map(([key, flag]) => `${String(key)}: ${String(flag)}`);
  return `${name} {${entries.join(", ")}}`;
}

/** The result of a call to a listed name, or why it is rejected. */
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

/** Whether a pickle may use this name. */
export const isAllowedGlobal = (name: string): boolean =>
  callables.has(name) || storageTypes.has(name) || dtypeName.test(name);
