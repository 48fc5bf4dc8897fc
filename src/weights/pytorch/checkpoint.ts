/**
 * The format of `torch.save` since PyTorch 1.6: a ZIP archive of `NAME/data.pkl`, the pickle of the saved object, and
 * `NAME/data/KEY`, the bytes of each storage. Source: torch/serialization.py (`_save`, `_load`).
 */
import { diagnose } from "../../diagnostics/diagnostic.js";
import { type ReadResult, refuse, shown, type WeightFile } from "../weight-file.js";
import { diagnosePickle } from "./pickle-faults.js";
import { runPickle } from "./pickle-machine.js";
import type { TensorValue } from "./pickle-values.js";
import { stateDictsOf } from "./state-dicts.js";
import { readZipDirectory, type ZipEntry } from "./zip.js";

/** Reads a file's bytes; tensors are views of them until they are converted. */
export function readCheckpoint(bytes: Uint8Array, file: string): ReadResult<readonly WeightFile[]> {
  const directory = readZipDirectory(bytes, file);
  if (directory.kind === "refused") return directory;
  const entries = directory.value;
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    return refuse(diagnose("weights/no-checkpoint", { file, is: "a ZIP archive", needs: "one entry NAME/data.pkl" }));
  }
  const home = pickle.slice(0, -"data.pkl".length);
  if (entries.has(`${home}constants.pkl`)) return refuse(diagnose("weights/torchscript", { file }));
  const bytesOf = (entry: ZipEntry): ReadResult<Uint8Array> =>
    entry.isPlain
      ? { kind: "read", value: bytes.subarray(entry.begin, entry.end) }
      : refuse(diagnose("weights/archive-packed", { file, entry: shown(entry.name) }));

  const order = entries.get(`${home}byteorder`);
  const orderBytes = order === undefined ? undefined : bytesOf(order);
  if (orderBytes?.kind === "refused") return orderBytes;
  const byteOrder = orderBytes === undefined ? "little" : new TextDecoder().decode(orderBytes.value.subarray(0, 16));
  if (byteOrder !== "little") return refuse(diagnose("weights/byte-order", { file, order: byteOrder }));

  const pickled = bytesOf(entries.get(pickle) as ZipEntry);
  if (pickled.kind === "refused") return pickled;
  const result = runPickle(pickled.value);
  if (result.kind === "fault") return refuse(diagnosePickle(file, shown(pickle), result.fault, result.offset));

  const open = ({ storage }: TensorValue): ReadResult<Uint8Array> => {
    const { key, elements, elementBytes } = storage;
    const entry = entries.get(`${home}data/${key}`);
    const needed = elements * elementBytes;
    const actual = entry === undefined ? 0 : entry.end - entry.begin;
    if (entry !== undefined && (!entry.isPlain || actual >= needed)) return bytesOf(entry);
    return refuse(diagnose("weights/storage-missing", { file, storage: shown(key), needed, actual }));
  };
  return stateDictsOf(result.value, file, open);
}
