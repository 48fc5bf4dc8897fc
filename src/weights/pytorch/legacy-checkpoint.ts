/**
 * The format of `torch.save` before PyTorch 1.6, and with `_use_new_zipfile_serialization=False`: pickles of a magic number, a
 * version, facts about the machine, the saved object and the storages' keys; then for each key the number of its elements (8
 * bytes) and the elements. Source: torch/serialization.py (`_legacy_save`, `_legacy_load`).
 */
import { diagnose } from "../../diagnostics/diagnostic.js";
import { type ReadResult, refuse, shown, type WeightFile } from "../weight-file.js";
import { diagnosePickle } from "./pickle-faults.js";
import { runPickle } from "./pickle-machine.js";
import { isDict, isSequence, type PickleValue, type StorageValue, type TensorValue } from "./pickle-values.js";
import { stateDictsOf } from "./state-dicts.js";

const magicNumber = 0x1950a86a20f9469cfc6cn;
const newestVersion = 1001;

/** Whether the bytes begin like a pickle of protocol 2 to 5, and not like the length of a safetensors header. */
export const beginsAsPickle = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x80 && [2, 3, 4, 5].includes(bytes[1] ?? 0) && bytes.subarray(2, 8).some((byte) => byte !== 0);

/** Reads a file's bytes; tensors are views of them until they are converted. */
export function readLegacyCheckpoint(bytes: Uint8Array, file: string): ReadResult<readonly WeightFile[]> {
  const values: PickleValue[] = [];
  const storages = new Map<string, StorageValue>();
  let at = 0;
  for (const part of ["magic", "version", "machine", "object", "keys"] as const) {
    const result = runPickle(bytes, { begin: at, storages });
    if (result.kind === "fault") return refuse(diagnosePickle(file, "", result.fault, result.offset));
    const { value } = result;
    if ((part === "magic" && value !== magicNumber) || (part === "version" && value !== newestVersion)) {
      return refuse(
        diagnose("weights/no-checkpoint", { file, is: "a pickle", needs: "PyTorch's magic number before it" }),
      );
    }
    if (part === "machine" && isDict(value) && value.entries.get("little_endian") === false) {
      return refuse(diagnose("weights/byte-order", { file, order: "big" }));
    }
    values.push(value);
    at = result.end;
  }
  const [, , , object = null, keys = null] = values;
  const places = findStorages(bytes, at, isSequence(keys) ? keys.items : [], storages, file);
  if (places.kind === "refused") return places;
  const open = ({ storage }: TensorValue): ReadResult<Uint8Array> => {
    const found = places.value.get(storage.key);
    if (found !== undefined) return { kind: "read", value: found };
    const needed = storage.elements * storage.elementBytes;
    return refuse(diagnose("weights/storage-missing", { file, storage: shown(storage.key), needed, actual: 0 }));
  };
  return stateDictsOf(object, file, open);
}

/** The bytes of each storage, in the order of the keys. */
function findStorages(
  bytes: Uint8Array,
  begin: number,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, StorageValue>,
  file: string,
): ReadResult<ReadonlyMap<string, Uint8Array>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = begin;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    // The element size of a key without a storage is unknown.
    if (storage === undefined)
      return refuse(diagnosePickle(file, "", { kind: "damaged", damage: "persistent-id" }, begin));
    const needed = storage.elements * storage.elementBytes;
    const actual = bytes.byteLength - at - 8;
    const isWhole = actual >= needed && view.getBigUint64(at, true) === BigInt(storage.elements);
    if (!isWhole)
      return refuse(
        diagnose("weights/storage-missing", { file, storage: shown(storage.key), needed, actual: Math.max(0, actual) }),
      );
    places.set(storage.key, bytes.subarray(at + 8, at + 8 + needed));
    at += 8 + needed;
  }
  return { kind: "read", value: places };
}
