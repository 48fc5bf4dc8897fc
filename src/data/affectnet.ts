/** Shared by both releases of AffectNet. */
import type { Decode } from "./decode.js";

export interface AffectNetWishes {
  readonly align: "none" | "box" | "five_points";
  /** Side length of an aligned face. */
  readonly side: number;
  readonly decode: Decode;
}

/** AffectNet's classes by number, from 0. Higher numbers (8 none, 9 uncertain, 10 no face) are not expressions and are left out. */
export const affectNetClasses = [
  "neutral",
  "happiness",
  "sadness",
  "surprise",
  "fear",
  "disgust",
  "anger",
  "contempt",
] as const;

const lastNumber = 10;

/** The class of a number, `left-out` for numbers without an expression; undefined for an invalid number. */
export function affectNetClass(written: string): number | "left-out" | undefined {
  const text = written.trim();
  if (!/^\d{1,2}$/.test(text) || Number(text) > lastNumber) return undefined;
  return Number(text) < affectNetClasses.length ? Number(text) : "left-out";
}
