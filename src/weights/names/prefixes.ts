import type { WeightFile } from "../weight-file.js";

/** Prefixes that wrappers add to every name: DataParallel, torch.compile, Lightning and other trainers. */
const wrappers = ["module.", "_orig_mod.", "model."] as const;

/** Wrappers are nested a few deep; a hostile name may consist of prefixes only. */
const mostWrappers = 8;

export interface Unwrapped {
  readonly file: WeightFile;
  /** The removed prefix, "" for none. */
  readonly prefix: string;
}

/** The file without the prefixes that all of its names have and none of the model's. */
export function unwrap(file: WeightFile, slots: readonly string[]): Unwrapped {
  let prefix = "";
  const names = [...file.tensors.keys()];
  const isWrapped = (by: string): boolean =>
    names.length > 0 && names.every((name) => name.startsWith(by) && name.length > by.length);
  for (let depth = 0; depth < mostWrappers; depth++) {
    const next: string | undefined = wrappers.find((wrapper) => isWrapped(prefix + wrapper));
    if (next === undefined || slots.some((slot) => slot.startsWith(next))) break;
    prefix += next;
  }
  if (prefix === "") return { file, prefix };
  const tensors = [...file.tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
  return { file: { ...file, tensors: new Map(tensors) }, prefix };
}
