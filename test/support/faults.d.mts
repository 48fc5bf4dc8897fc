export interface Faults {
  /** What was done so far, as it was tried: `rename /a/b`. */
  readonly operations: readonly string[];
  end(): readonly string[];
}
export function failAt(at: number, code: string, options?: { readonly goesOn?: boolean }): Faults;
