import { diagnose } from "../diagnostics/diagnostic.js";
import { fileKindOf } from "../formats/file-kind.js";
import { readCheckpoint } from "./pytorch/checkpoint.js";
import { beginsAsPickle, readLegacyCheckpoint } from "./pytorch/legacy-checkpoint.js";
import { beginsAsSafetensors, readSafetensors } from "./safetensors.js";
import { type ReadResult, refuse, type WeightFile } from "./weight-file.js";

/** "PK\3\4": a ZIP archive's first entry. */
const zipMagic = 0x04034b50;

/**
 * Reads a file's bytes, independent of its name: safetensors, or a file of `torch.save`. A checkpoint may contain several
 * state_dicts, with the file's own names. Nothing in the file is executed.
 */
export function readWeightFile(bytes: Uint8Array, file: string): ReadResult<readonly WeightFile[]> {
  const start = bytes.byteLength < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (start === zipMagic) return readCheckpoint(bytes, file);
  if (beginsAsPickle(bytes)) return readLegacyCheckpoint(bytes, file);
  const kind = beginsAsSafetensors(bytes) ? undefined : fileKindOf(bytes);
  if (kind !== undefined) return refuse(diagnose("weights/not-weights", { file, kind }));
  const read = readSafetensors(bytes, file);
  return read.kind === "refused" ? read : { kind: "read", value: [read.value] };
}
