import { type RandomStream, randomStream } from "../random/stream.js";
import { paintLayers, placed } from "./drawing.js";
import { faceLayers } from "./faces/face-layers.js";
import { drawPerson, type Person } from "./faces/person.js";
import { type Pose, pose, varied } from "./faces/pose.js";
import type { RgbImage } from "./rgb-image.js";

/** The seven classes of RAF-DB, in its order. */
export const faceExpressions = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"] as const;

export type FaceExpression = (typeof faceExpressions)[number];

/** The full expression of each class. */
export const expressionPoses: Readonly<Record<FaceExpression, Pose>> = {
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

/** A person's face in this pose, `size` pixels square; `random` decides the strength of the expression and the tilt of the head. */
export function paintFace(who: Person, pose: Pose, random: RandomStream, size: number): RgbImage {
  const face = varied(pose, random);
  const angle = 0.16 * (random.uniform() - 0.5);
  const moveX = 0.04 * (random.uniform() - 0.5);
  const moveY = 0.04 * (random.uniform() - 0.5);
  const turned = faceLayers(who, face).map(({ shape, colour }) => ({
    shape: placed(shape, angle, moveX, moveY),
    colour,
  }));
  return paintLayers(size, who.background, turned);
}

/**
 * A cartoon face that shows `expression`, `size` pixels square. The same expression, seed and size give the same bytes;
 * the seed decides the person, the tilt of the head and the strength of the expression.
 */
export function generateFace(expression: FaceExpression, seed: number, size = 112): RgbImage {
  const random = randomStream(seed, `generated-face.${expression}`);
  return paintFace(drawPerson(random), expressionPoses[expression], random, size);
}
