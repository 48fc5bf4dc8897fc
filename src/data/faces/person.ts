import type { RandomStream } from "../../random/stream.js";
import type { Colour } from "../drawing.js";

/** The groups of generated persons. */
export const skinTones = ["light", "medium", "dark"] as const;

export type SkinTone = (typeof skinTones)[number];

/** A person: the features that do not change with the expression. */
export interface Person {
  readonly skin: Colour;
  /** Its skin tone, one of three groups. */
  readonly tone: SkinTone;
  readonly hair: Colour;
  readonly iris: Colour;
  readonly shirt: Colour;
  readonly background: Colour;
  readonly headWidth: number;
  readonly headHeight: number;
  readonly eyeDistance: number;
}

const skins: readonly (readonly [SkinTone, Colour])[] = [
  ["light", [246, 211, 184]],
  ["medium", [233, 188, 152]],
  ["medium", [204, 150, 110]],
  ["dark", [158, 106, 72]],
  ["dark", [105, 68, 47]],
  ["light", [255, 219, 172]],
];
const hairs: readonly Colour[] = [
  [35, 28, 24],
  [84, 54, 34],
  [140, 92, 48],
  [206, 166, 98],
  [120, 120, 124],
  [150, 62, 34],
];
const irises: readonly Colour[] = [
  [72, 48, 30],
  [62, 96, 134],
  [70, 110, 74],
  [40, 34, 32],
];

/** A random person. */
export function drawPerson(random: RandomStream): Person {
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(random.uniform() * choices.length)] as T;
  const any = (low: number, high: number): Colour => {
    const channel = (): number => low + (high - low) * random.uniform();
    return [channel(), channel(), channel()];
  };
  const [tone, skin] = oneOf(skins);
  return {
    tone,
    skin,
    hair: oneOf(hairs),
    iris: oneOf(irises),
    shirt: any(30, 220),
    background: any(110, 245),
    headWidth: 0.27 + 0.04 * random.uniform(),
    headHeight: 0.35 + 0.04 * random.uniform(),
    eyeDistance: 0.115 + 0.02 * random.uniform(),
  };
}
