import { type RandomStream, randomStream } from "../random/stream.js";
import { below, both, type Colour, ellipse, type Layer, paintLayers, placed, type Shape, stroke } from "./drawing.js";
import type { RgbImage } from "./rgb-image.js";

/** The seven classes of RAF-DB, in its order. */
export const faceExpressions = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"] as const;

export type FaceExpression = (typeof faceExpressions)[number];

/** What muscles do to a face; lengths in parts of the picture's width. */
interface Pose {
  /** How far the brows stand above where they rest. */
  readonly browLift: number;
  /** How far their inner ends stand above the outer ones. */
  readonly browInner: number;
  readonly browArch: number;
  /** 1 is a relaxed eye. */
  readonly eyeOpening: number;
  readonly mouthWidth: number;
  /** How far the corners stand above the middle. */
  readonly mouthSmile: number;
  readonly mouthOpening: number;
  readonly teeth: boolean;
  /** How far one side of the upper lip is pulled up. */
  readonly sneer: number;
}

const poses: Readonly<Record<FaceExpression, Pose>> = {
  surprise: pose({ browLift: 0.05, browArch: 0.05, eyeOpening: 1.5, mouthWidth: 0.14, mouthOpening: 0.17 }),
  fear: pose({
    browLift: 0.04,
    browInner: 0.035,
    browArch: 0,
    eyeOpening: 1.45,
    mouthWidth: 0.25,
    mouthSmile: -0.03,
    mouthOpening: 0.07,
    teeth: true,
  }),
  disgust: pose({
    browLift: -0.015,
    browInner: -0.02,
    browArch: 0,
    eyeOpening: 0.55,
    mouthWidth: 0.2,
    mouthSmile: -0.03,
    sneer: 0.035,
  }),
  happiness: pose({
    browLift: 0.01,
    browArch: 0.03,
    eyeOpening: 0.7,
    mouthWidth: 0.3,
    mouthSmile: 0.07,
    mouthOpening: 0.09,
    teeth: true,
  }),
  sadness: pose({ browInner: 0.045, browArch: -0.01, eyeOpening: 0.6, mouthWidth: 0.19, mouthSmile: -0.055 }),
  anger: pose({
    browLift: -0.025,
    browInner: -0.055,
    browArch: 0,
    eyeOpening: 0.75,
    mouthWidth: 0.22,
    mouthSmile: -0.035,
    mouthOpening: 0.035,
    teeth: true,
  }),
  neutral: pose({}),
};

function pose(given: Partial<Pose>): Pose {
  return {
    browLift: 0,
    browInner: 0,
    browArch: 0.02,
    eyeOpening: 1,
    mouthWidth: 0.21,
    mouthSmile: 0,
    mouthOpening: 0,
    teeth: false,
    sneer: 0,
    ...given,
  };
}

/** How strongly a person shows it, and how strongly this varies between pictures. */
function varied(rest: Pose, random: RandomStream): Pose {
  const strength = 0.8 + 0.4 * random.uniform();
  const near = (value: number, amount: number): number => value * strength + amount * (random.uniform() - 0.5);
  return {
    browLift: near(rest.browLift, 0.012),
    browInner: near(rest.browInner, 0.012),
    browArch: near(rest.browArch, 0.01),
    eyeOpening: 1 + near(rest.eyeOpening - 1, 0.12),
    mouthWidth: rest.mouthWidth * (0.9 + 0.2 * random.uniform()),
    mouthSmile: near(rest.mouthSmile, 0.008),
    mouthOpening: rest.mouthOpening * strength,
    teeth: rest.teeth,
    sneer: rest.sneer * strength,
  };
}

/** A person: what does not change with the expression. */
interface Person {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly iris: Colour;
  readonly shirt: Colour;
  readonly background: Colour;
  readonly headWidth: number;
  readonly headHeight: number;
  readonly eyeDistance: number;
}

const skins: readonly Colour[] = [
  [246, 211, 184],
  [233, 188, 152],
  [204, 150, 110],
  [158, 106, 72],
  [105, 68, 47],
  [255, 219, 172],
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

function person(random: RandomStream): Person {
  const oneOf = (colours: readonly Colour[]): Colour =>
    colours[Math.floor(random.uniform() * colours.length)] as Colour;
  const any = (low: number, high: number): Colour => {
    const channel = (): number => low + (high - low) * random.uniform();
    return [channel(), channel(), channel()];
  };
  return {
    skin: oneOf(skins),
    hair: oneOf(hairs),
    iris: oneOf(irises),
    shirt: any(30, 220),
    background: any(110, 245),
    headWidth: 0.27 + 0.04 * random.uniform(),
    headHeight: 0.35 + 0.04 * random.uniform(),
    eyeDistance: 0.115 + 0.02 * random.uniform(),
  };
}

const shaded = (colour: Colour, factor: number): Colour => [colour[0] * factor, colour[1] * factor, colour[2] * factor];

const white: Colour = [250, 250, 248];
const eyeHeight = 0.46;
const mouthHeight = 0.71;
const middle = 0.5;

function eye(side: -1 | 1, who: Person, face: Pose): Layer[] {
  const x = middle + side * who.eyeDistance;
  const opening = ellipse(x, eyeHeight, 0.055, 0.03 * face.eyeOpening);
  const inner = x - side * 0.06;
  const outer = x + side * 0.065;
  const brow = eyeHeight - 0.085 - face.browLift;
  const innerBrow = brow - face.browInner / 2;
  const outerBrow = brow + face.browInner / 2;
  return [
    { shape: ellipse(x, eyeHeight, 0.06, 0.03 * face.eyeOpening + 0.006), colour: shaded(who.skin, 0.55) },
    { shape: opening, colour: white },
    { shape: both(opening, ellipse(x, eyeHeight, 0.027, 0.027)), colour: who.iris },
    { shape: both(opening, ellipse(x, eyeHeight, 0.013, 0.013)), colour: [15, 12, 12] },
    {
      shape: stroke(
        [inner, innerBrow],
        [x, (innerBrow + outerBrow) / 2 - 2 * face.browArch],
        [outer, outerBrow],
        0.024,
      ),
      colour: shaded(who.hair, 0.85),
    },
  ];
}

function mouth(who: Person, face: Pose): Layer[] {
  const lip = shaded([who.skin[0], who.skin[1] * 0.72, who.skin[2] * 0.72], 0.78);
  const half = face.mouthWidth / 2;
  const corners = mouthHeight - face.mouthSmile / 2;
  const left = [middle - half, corners] as const;
  const right = [middle + half, corners - face.sneer] as const;
  // The control point of a quadratic curve stands twice as far off as the curve comes.
  const upperPull = [middle, mouthHeight + 1.5 * face.mouthSmile - face.mouthOpening * 0.6 - 2 * face.sneer] as const;
  const lowerPull = [middle, mouthHeight + 1.5 * face.mouthSmile + face.mouthOpening * 1.8] as const;
  const upper = stroke(left, upperPull, right, 0.018);
  if (face.mouthOpening < 0.01) {
    const nostrils: Layer[] = face.sneer > 0.01 ? sneerFolds(who) : [];
    return [{ shape: upper, colour: lip }, ...nostrils];
  }
  const line =
    (pull: number) =>
    (x: number): number => {
      const t = (x - (middle - half)) / face.mouthWidth;
      return (1 - t) ** 2 * corners + 2 * t * (1 - t) * pull + t ** 2 * corners;
    };
  const between: Shape = (x, y) =>
    Math.max(below(line(upperPull[1]))(x, y), -below(line(lowerPull[1]))(x, y), Math.abs(x - middle) - half);
  const teeth: Shape = both(between, (_, y) => y - (corners + upperPull[1]) / 2 - 0.35 * face.mouthOpening);
  return [
    { shape: between, colour: [96, 28, 34] },
    ...(face.teeth ? [{ shape: teeth, colour: white }] : []),
    { shape: upper, colour: lip },
    { shape: stroke(left, lowerPull, right, 0.02), colour: lip },
  ];
}

/** Wrinkles beside and across the nose. */
function sneerFolds(who: Person): Layer[] {
  const colour = shaded(who.skin, 0.62);
  return [
    { shape: stroke([0.44, 0.57], [0.4, 0.61], [0.385, 0.66], 0.012), colour },
    { shape: stroke([0.56, 0.57], [0.6, 0.61], [0.615, 0.66], 0.012), colour },
    { shape: stroke([0.475, 0.47], [0.5, 0.48], [0.525, 0.47], 0.01), colour },
    { shape: stroke([0.475, 0.5], [0.5, 0.51], [0.525, 0.5], 0.01), colour },
  ];
}

function head(who: Person): Layer[] {
  const center = 0.52;
  const { headWidth: width, headHeight: height } = who;
  const skull = ellipse(middle, center, width, height);
  return [
    { shape: ellipse(middle, center - 0.05, width + 0.05, height + 0.03), colour: who.hair },
    { shape: ellipse(middle, 1.12, 0.42, 0.25), colour: who.shirt },
    { shape: ellipse(middle, 0.88, 0.11, 0.13), colour: shaded(who.skin, 0.85) },
    { shape: ellipse(middle - width, eyeHeight + 0.05, 0.035, 0.055), colour: shaded(who.skin, 0.9) },
    { shape: ellipse(middle + width, eyeHeight + 0.05, 0.035, 0.055), colour: shaded(who.skin, 0.9) },
    { shape: skull, colour: who.skin },
    // A hair's breadth wider than the skull, or its edge would shine through where both are smoothed.
    {
      shape: both(ellipse(middle, center, width + 0.01, height + 0.01), (x, y) => y - 0.3 - 0.6 * (x - middle) ** 2),
      colour: who.hair,
    },
    { shape: stroke([0.5, 0.5], [0.525, 0.58], [0.49, 0.6], 0.014), colour: shaded(who.skin, 0.72) },
  ];
}

/**
 * A cartoon face that shows `expression`, `size` pixels square. The same expression, seed and size give the same bytes;
 * the seed decides who it is, how they hold their head and how strongly they show it.
 */
export function generateFace(expression: FaceExpression, seed: number, size = 112): RgbImage {
  const random = randomStream(seed, `generated-face.${expression}`);
  const who = person(random);
  const face = varied(poses[expression], random);
  const angle = 0.16 * (random.uniform() - 0.5);
  const moveX = 0.04 * (random.uniform() - 0.5);
  const moveY = 0.04 * (random.uniform() - 0.5);
  const layers = [...head(who), ...eye(-1, who, face), ...eye(1, who, face), ...mouth(who, face)];
  const turned = layers.map(({ shape, colour }) => ({ shape: placed(shape, angle, moveX, moveY), colour }));
  return paintLayers(size, who.background, turned);
}
