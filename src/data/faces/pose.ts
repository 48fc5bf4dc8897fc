import type { RandomStream } from "../../random/stream.js";

/** Positions of a face's features; lengths as shares of the picture's width. */
export interface Pose {
  /** Height of the brows above their rest position. */
  readonly browLift: number;
  /** Height of their inner ends above the outer ones. */
  readonly browInner: number;
  readonly browArch: number;
  /** 1 is a relaxed eye. */
  readonly eyeOpening: number;
  readonly mouthWidth: number;
  /** Height of the corners above the middle. */
  readonly mouthSmile: number;
  readonly mouthOpening: number;
  readonly teeth: boolean;
  /** How far one side of the upper lip is raised. */
  readonly sneer: number;
}

/** A neutral face except for the given values. */
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

/** How strongly a person shows an expression, with variation between pictures. */
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

/** One part of a blend of poses; the shares add up to 1. */
export interface PoseShare {
  readonly pose: Pose;
  readonly share: number;
}

/** A blend of poses; teeth are visible if most of the shares show teeth. */
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
