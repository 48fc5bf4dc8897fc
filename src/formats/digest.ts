// Digests of a run's or file's inputs: they are compared with those of older versions.
import { createHash } from "node:crypto";

/** SHA-256 over consecutive pieces (texts as UTF-8), as 64 hexadecimal digits. */
export function sha256(pieces: Iterable<string | Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** SHA-256 of pieces that arrive one by one: equal to {@link sha256} over all of them. */
export function runningSha256(): { add(piece: string | Uint8Array): void; end(): string } {
  const hash = createHash("sha256");
  return { add: (piece) => void hash.update(piece), end: () => hash.digest("hex") };
}
