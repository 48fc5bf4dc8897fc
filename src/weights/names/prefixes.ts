import type { WeightFile } from "../weight-file.js";

/** What wrappers put before every name: DataParallel, torch.compile, Lightning and other trainers. */
const wrappers = ["module.", "_orig_mod.", "model."] as const;

/** Trainers wrap trainers, a few deep; a hostile name may be nothing but prefixes. */
const mostWrappers = 8;

export interface Unwrapped {
  readonly file: WeightFile;
  /** What was taken off, "" for nothing. */
  readonly prefix: string;
}

/** The file without a wrapper's prefixes: those that all of its names have and none of the model's. */
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
