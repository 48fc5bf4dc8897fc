/** The plan of a data set of drawn faces: person, split and expressions of each picture. Pictures are drawn from it one by one. */
import { randomStream } from "../../random/stream.js";
import { expressionPoses, type FaceExpression, faceExpressions, paintFace } from "../generated-faces.js";
import type { RgbImage } from "../rgb-image.js";
import { drawPerson, type SkinTone } from "./person.js";
import { blended } from "./pose.js";

export interface FacesPlan {
  readonly seed: number;
  /** Number of pictures. */
  readonly count: number;
  /** Number of persons, at least {@link fewestPeople}; their numbers of pictures differ by at most one. */
  readonly people: number;
  /** The share of pictures that show more than one expression. */
  readonly blends: number;
}

export const faceSplits = ["train", "val", "test"] as const;

export type FaceSplit = (typeof faceSplits)[number];

/** One for each split. */
export const fewestPeople = 3;

/** The share of persons in each of `val` and `test`. */
export const judgedShare = 0.15;

export interface PlannedFace {
  /** Relative to the data set's folder. */
  readonly path: string;
  readonly split: FaceSplit;
  readonly person: string;
  readonly group: SkinTone;
  /** The expression with the largest share. */
  readonly label: FaceExpression;
  /** The share of each expression, in hundredths with sum 100; in the order of `faceExpressions`. */
  readonly percents: readonly number[];
  paint(size: number): RgbImage;
}

/** Every picture of the plan, by person. Each picture depends only on the seed, its person and its number. */
export function* planFaces({ seed, count, people, blends }: FacesPlan): Generator<PlannedFace> {
  const splits = splitPeople(seed, people);
  for (let number = 0; number < people; number++) {
    const person = `p${String(number + 1).padStart(4, "0")}`;
    const who = drawPerson(randomStream(seed, `faces.${person}`));
    const split = splits[number] as FaceSplit;
    const own = Math.floor(count / people) + (number < count % people ? 1 : 0);
    for (let shot = 0; shot < own; shot++) {
      const name = `${person}_${String(shot + 1).padStart(2, "0")}`;
      // Each person begins with another expression, so that few pictures of many persons include all of them.
      const main = (number + shot) % faceExpressions.length;
      const random = randomStream(seed, `faces.${name}`);
      const percents = drawPercents(main, blends, random.uniform);
      const label = faceExpressions[main] as FaceExpression;
      const parts = faceExpressions.flatMap((expression, i) => {
        const share = (percents[i] as number) / 100;
        return share === 0 ? [] : [{ pose: expressionPoses[expression], share }];
      });
      yield {
        path: `${split}/${label}/${name}.png`,
        split,
        person,
        group: who.tone,
        label,
        percents,
        paint: (size) => paintFace(who, blended(parts), randomStream(seed, `faces.${name}.looks`), size),
      };
    }
  }
}

/** The split of each person: nobody is in two. */
function splitPeople(seed: number, people: number): readonly FaceSplit[] {
  const ranked = Array.from({ length: people }, (_, number) => ({
    number,
    rank: randomStream(seed, `faces.split.${number}`).uniform(),
  })).sort((a, b) => a.rank - b.rank || a.number - b.number);
  const judged = Math.max(1, Math.round(people * judgedShare));
  const splits: FaceSplit[] = Array.from({ length: people }, () => "train");
  for (const { number } of ranked.slice(0, judged)) splits[number] = "test";
  for (const { number } of ranked.slice(judged, 2 * judged)) splits[number] = "val";
  return splits;
}

/** The minimum share in a blend. */
const leastPercent = 10;

/** One expression alone, or with one or two others that have smaller shares. */
function drawPercents(main: number, blends: number, uniform: () => number): readonly number[] {
  const whole = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));
  const percents = faceExpressions.map(() => 0);
  if (uniform() >= blends) {
    percents[main] = 100;
    return percents;
  }
  const others = faceExpressions.flatMap((_, i) => (i === main ? [] : [i]));
  const take = (): number => others.splice(whole(0, others.length - 1), 1)[0] as number;
  const isOfThree = uniform() < 1 / 3;
  const most = isOfThree ? whole(40, 60) : whole(51, 80);
  percents[main] = most;
  const rest = 100 - most;
  const second = isOfThree
    ? whole(Math.max(leastPercent, rest - most + 1), Math.min(rest - leastPercent, most - 1))
    : rest;
  percents[take()] = second;
  if (isOfThree) percents[take()] = rest - second;
  return percents;
}
