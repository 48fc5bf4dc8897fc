/** The state_dicts in what a checkpoint holds: dictionaries from names to tensors, at the top or a few keys down. */
import { diagnose } from "../../diagnostics/diagnostic.js";
import { type ReadResult, refuse, type StoredTensor, shown, type WeightFile } from "../weight-file.js";
import { type DictValue, isDict, isTensor, kindOf, type PickleValue, type TensorValue } from "./pickle-values.js";
import { storedTensor } from "./tensors.js";

/** `checkpoint["ema"]["state_dict"]` has two keys; deeper ones nobody writes. */
const maxDepth = 3;
/** So many dictionaries of tensors are looked at; an optimiser keeps its own under numbers, which are no names. */
const maxFound = 16;

interface Found {
  readonly entry: string;
  readonly tensors: ReadonlyMap<string, TensorValue>;
}

/** Breadth first, and each dictionary once: in a hostile pickle they may contain each other thousands of times. */
function findStateDicts(root: DictValue): readonly Found[] {
  const found: Found[] = [];
  const seen = new Set([root]);
  let level = [{ dict: root, entry: "" }];
  for (let depth = 0; depth <= maxDepth; depth++) {
    const next: typeof level = [];
    for (const { dict, entry } of level) {
      const tensors = new Map<string, TensorValue>();
      for (const [key, value] of dict.entries) {
        if (typeof key !== "string") continue;
        if (isTensor(value)) tensors.set(key, value);
        if (!isDict(value) || seen.has(value)) continue;
        seen.add(value);
        next.push({ dict: value, entry: entry === "" ? key : `${entry}.${key}` });
      }
      if (tensors.size > 0 && found.length < maxFound) found.push({ entry, tensors });
    }
    level = next;
  }
  return found;
}

/** Every state_dict of the checkpoint, with the bytes of its storages; `open` finds those by key, or says what is wrong. */
export function stateDictsOf(
  value: PickleValue,
  file: string,
  open: (tensor: TensorValue) => ReadResult<Uint8Array>,
): ReadResult<readonly WeightFile[]> {
  const found = isDict(value) ? findStateDicts(value) : [];
  if (found.length === 0) {
    const keys = isDict(value) ? [...value.entries.keys()].filter((key) => typeof key === "string").map(shown) : [];
    return refuse(diagnose("weights/no-state-dict", { file, what: kindOf(value), keys: keys.slice(0, 10) }));
  }
  const files: WeightFile[] = [];
  for (const { entry, tensors } of found) {
    const stored = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      const storage = open(tensor);
      if (storage.kind === "refused") return storage;
      stored.set(name, storedTensor(name, tensor, storage.value));
    }
    files.push({ file, entry: shown(entry), tensors: stored, metadata: new Map() });
  }
  return { kind: "read", value: files };
}
