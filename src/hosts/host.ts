/** The file access that `load` needs. Paths are project-relative with forward slashes. */
export interface Host {
  /** The file's text, or why it cannot be read. */
  read(path: string): Promise<HostText>;
}

export type HostText =
  /** `bytes`: as stored; absent if no file stores it. */
  | { readonly kind: "text"; readonly text: string; readonly bytes?: Uint8Array }
  | { readonly kind: "missing" }
  | { readonly kind: "outside" }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "too-large"; readonly bytes: number; readonly limit: number };
