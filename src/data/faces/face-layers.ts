import { both, type Colour, ellipse, everywhere, type Layer, type Shape, stroke } from "../drawing.js";
import type { Person } from "./person.js";
import type { Pose } from "./pose.js";

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
  // The control point of a quadratic curve is twice as far away as the curve's peak.
  const upperPull = [middle, mouthHeight + 1.5 * face.mouthSmile - face.mouthOpening * 0.6 - 2 * face.sneer] as const;
  const lowerPull = [middle, mouthHeight + 1.5 * face.mouthSmile + face.mouthOpening * 1.8] as const;
  const upper = stroke(left, upperPull, right, 0.018);
  if (face.mouthOpening < 0.01) {
    const nostrils: Layer[] = face.sneer > 0.01 ? sneerFolds(who) : [];
    return [{ shape: upper, colour: lip }, ...nostrils];
  }
  /** The height of a lip with this control point above `x`. */
  const lipAt = (pull: number, x: number): number => {
    const t = (x - (middle - half)) / face.mouthWidth;
    return (1 - t) * (1 - t) * corners + 2 * t * (1 - t) * pull + t * t * corners;
  };
  const between: Shape = {
    distance: (x, y) =>
      Math.max(lipAt(upperPull[1], x) - y, -(lipAt(lowerPull[1], x) - y), Math.abs(x - middle) - half),
    box: { ...everywhere, left: middle - half, right: middle + half },
  };
  const upperTeeth: Shape = {
    distance: (_, y) => y - (corners + upperPull[1]) / 2 - 0.35 * face.mouthOpening,
    box: everywhere,
  };
  return [
    { shape: between, colour: [96, 28, 34] },
    ...(face.teeth ? [{ shape: both(between, upperTeeth), colour: white }] : []),
    { shape: upper, colour: lip },
    { shape: stroke(left, lowerPull, right, 0.02), colour: lip },
  ];
}

/** Wrinkles next to the nose and across it. */
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
  const hairline: Shape = { distance: (x, y) => y - 0.3 - 0.6 * (x - middle) * (x - middle), box: everywhere };
  return [
    { shape: ellipse(middle, center - 0.05, width + 0.05, height + 0.03), colour: who.hair },
    { shape: ellipse(middle, 1.12, 0.42, 0.25), colour: who.shirt },
    { shape: ellipse(middle, 0.88, 0.11, 0.13), colour: shaded(who.skin, 0.85) },
    { shape: ellipse(middle - width, eyeHeight + 0.05, 0.035, 0.055), colour: shaded(who.skin, 0.9) },
    { shape: ellipse(middle + width, eyeHeight + 0.05, 0.035, 0.055), colour: shaded(who.skin, 0.9) },
    { shape: skull, colour: who.skin },
    // Slightly wider than the skull; otherwise its edge would show through the antialiasing.
    {
      shape: both(ellipse(middle, center, width + 0.01, height + 0.01), hairline),
      colour: who.hair,
    },
    { shape: stroke([0.5, 0.5], [0.525, 0.58], [0.49, 0.6], 0.014), colour: shaded(who.skin, 0.72) },
  ];
}

/** The layers of a person's face, the lowest first. */
export const faceLayers = (who: Person, face: Pose): readonly Layer[] => [
  ...head(who),
  ...eye(-1, who, face),
  ...eye(1, who, face),
  ...mouth(who, face),
];
