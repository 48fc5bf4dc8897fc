/** What both releases of AffectNet have in common. */
import type { Decode } from "./decode.js";

export interface AffectNetWishes {
  readonly align: "none" | "box" | "five_points";
  /** The side of a face that is turned upright. */
  readonly side: number;
  readonly decode: Decode;
}

/** AffectNet's numbers, from 0. What comes after them (8 none, 9 uncertain, 10 no face) is no expression and is left out. */
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

/** The class of a number, `left-out` for those that are none; undefined where it is no number of AffectNet's. */
export function affectNetClass(written: string): number | "left-out" | undefined {
  const text = written.trim();
  if (!/^\d{1,2}$/.test(text) || Number(text) > lastNumber) return undefined;
  return Number(text) < affectNetClasses.length ? Number(text) : "left-out";
}
