/**
 * The Python names that a pickle of weights may use, and what each of them makes here. It is the list of PyTorch's own
 * restricted reader (`torch.load(weights_only=True)`, torch/_weights_only_unpickler.py), less what is no dense tensor.
 */
import { type DamagedPickle, damaged } from "./pickle-faults.js";
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

/** What may be called, and what comes of it. */
export const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["collections.OrderedDict", makeDict],
  ["collections.Counter", makeDict],
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_tensor_v3", rebuildUntyped],
  ["torch._utils._rebuild_parameter", sameTensor],
  ["torch._utils._rebuild_parameter_with_state", sameTensor],
  ["torch.nn.parameter.Parameter", sameTensor],
  ["torch.Size", sequence("tuple")],
  ["builtins.set", sequence("set")],
  ["__builtin__.set", sequence("set")],
  ["builtins.complex", inert],
  ["__builtin__.complex", inert],
  ["builtins.bytearray", inert],
  ["__builtin__.bytearray", inert],
  ["_codecs.encode", inert],
  ["torch.device", inert],
  ["torch.serialization._get_layout", inert],
]);

/** Whether a pickle may name this. */
export const isAllowedGlobal = (name: string): boolean =>
  makers.has(name) || storageTypes.has(name) || dtypeName.test(name);
