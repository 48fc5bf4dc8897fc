import type { RandomStream } from "../../random/stream.js";

/** What muscles do to a face; lengths in parts of the picture's width. */
export interface Pose {
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

/** A face at rest but for this. */
export function pose(given: Partial<Pose>): Pose {
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
export function varied(rest: Pose, random: RandomStream): Pose {
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

/** A part of a face that shows several things at once; the shares add up to 1. */
export interface PoseShare {
  readonly pose: Pose;
  readonly share: number;
}

/** What muscles do that are asked for several things at once; teeth show where most of them show teeth. */
export function blended(parts: readonly PoseShare[]): Pose {
  const mean = (of: (pose: Pose) => number): number =>
    parts.reduce((sum, { pose, share }) => sum + share * of(pose), 0);
  return {
    browLift: mean((each) => each.browLift),
    browInner: mean((each) => each.browInner),
    browArch: mean((each) => each.browArch),
    eyeOpening: mean((each) => each.eyeOpening),
    mouthWidth: mean((each) => each.mouthWidth),
    mouthSmile: mean((each) => each.mouthSmile),
    mouthOpening: mean((each) => each.mouthOpening),
    teeth: mean((each) => (each.teeth ? 1 : 0)) > 0.5,
    sneer: mean((each) => each.sneer),
  };
}
