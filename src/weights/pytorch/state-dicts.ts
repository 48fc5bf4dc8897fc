/** Finds the state_dicts in a checkpoint: dictionaries from names to tensors, at the top or a few keys down. */
import { diagnose } from "../../diagnostics/diagnostic.js";
import { type ReadResult, refuse, type StoredTensor, shown, type WeightFile } from "../weight-file.js";
import {
  type DictValue,
  isDict,
  isSequence,
  isTensor,
  kindOf,
  type PickleValue,
  type TensorValue,
} from "./pickle-values.js";
import { storedTensor } from "./tensors.js";

/** `checkpoint["ema"]["state_dict"]` has two keys; deeper ones are not used in practice. */
const maxDepth = 3;
/** Maximum number of tensor dictionaries examined; an optimiser's have numbers as keys, which are not names. */
const maxFound = 16;

interface Found {
  readonly entry: string;
  readonly tensors: ReadonlyMap<string, TensorValue>;
}

/** Breadth-first, each dictionary once: in a hostile pickle they may contain each other thousands of times. */
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

/** Keys of moving averages: `ema`, `model_ema`, `swa_state`, `shadow_params`; `emaModel`. */
const averageWords = new Set(["ema", "swa", "avg", "average", "averaged", "averages", "shadow", "polyak"]);

const wordsOf = (key: string): readonly string[] =>
  key.split(/[._\-\s]+|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());

/** The keys under which a checkpoint has averages of tensors, in any form; an optimiser's averages are of gradients. */
function findAverages(root: DictValue): readonly string[] {
  const found: string[] = [];
  const seen = new Set<PickleValue>([root]);
  let level = [{ dict: root, entry: "" }];
  for (let depth = 0; depth < maxDepth; depth++) {
    const next: typeof level = [];
    for (const { dict, entry } of level) {
      for (const [key, value] of dict.entries) {
        const isContainer = (isDict(value) || isSequence(value)) && !seen.has(value);
        if (typeof key !== "string" || !isContainer || found.length >= maxFound) continue;
        seen.add(value);
        const words = wordsOf(key);
        const path = entry === "" ? key : `${entry}.${key}`;
        if (words.some((word) => word.startsWith("optim"))) continue;
        if (words.some((word) => averageWords.has(word)) && holdsTensor(value, maxDepth)) found.push(shown(path));
        else if (isDict(value)) next.push({ dict: value, entry: path });
      }
    }
    level = next;
  }
  return found;
}

/** Examines only the first few values of each container: an average consists of tensors throughout. */
function holdsTensor(value: PickleValue, depth: number): boolean {
  if (isTensor(value)) return true;
  if (depth === 0) return false;
  const inside = isDict(value) ? value.entries.values() : isSequence(value) ? value.items : [];
  let looked = 0;
  for (const each of inside) {
    if (holdsTensor(each, depth - 1)) return true;
    if (++looked === maxFound) return false;
  }
  return false;
}

/** Every state_dict of the checkpoint, with the bytes of its storages; `open` finds those by key, or returns an error. */
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
  const averages = isDict(value) ? findAverages(value) : [];
  const files: WeightFile[] = [];
  for (const { entry, tensors } of found) {
    const stored = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      const storage = open(tensor);
      if (storage.kind === "refused") return storage;
      stored.set(name, storedTensor(name, tensor, storage.value));
    }
    files.push({ file, entry: shown(entry), tensors: stored, metadata: new Map(), averages });
  }
  return { kind: "read", value: files };
}
