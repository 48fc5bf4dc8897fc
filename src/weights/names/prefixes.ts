import type { WeightFile } from "../weight-file.js";

/** Prefixes that wrappers add to every name: DataParallel, torch.compile, Lightning and other trainers. */
const wrappers = ["module.", "_orig_mod.", "model.", "state_dict."] as const;

/** Wrappers are nested a few deep; a hostile name may consist of prefixes only. */
const mostWrappers = 8;

export interface Unwrapped {
  readonly file: WeightFile;
  /** The removed prefix, "" for none. */
  readonly prefix: string;
}

/**
 * The file without the prefixes that most of its names have and none of the model's. Names without the prefix (a loss with
 * weights, beside the model) stay as they are.
 */
export function unwrap(file: WeightFile, slots: readonly string[]): Unwrapped {
  let prefix = "";
  const names = [...file.tensors.keys()];
  const covers = (by: string): boolean =>
    2 * names.filter((name) => name.startsWith(by) && name.length > by.length).length > names.length;
  for (let depth = 0; depth < mostWrappers; depth++) {
    const next: string | undefined = wrappers.find((wrapper) => covers(prefix + wrapper));
    if (next === undefined || slots.some((slot) => slot.startsWith(next))) break;
    prefix += next;
  }
  const tensors = [...file.tensors].map(
    ([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor] as const,
  );
  const bare = new Map(tensors);
  // Two names that differ only by the prefix are different tensors.
  return prefix === "" || bare.size < tensors.length
    ? { file, prefix: "" }
    : { file: { ...file, tensors: bare }, prefix };
}
