/** The text files of a folder of drawn faces: its options, and the facts of each face. */
import { faceExpressions } from "../generated-faces.js";
import { type Annotator, drawVotes, voteColumns } from "./annotators.js";
import { type FaceSplit, type FacesPlan, judgedShare, type PlannedFace } from "./planned-faces.js";

export const faceFiles = {
  about: "about.json",
  licence: "LICENSE.txt",
  labels: "labels.csv",
  distributions: "distributions.csv",
  votes: "votes.csv",
} as const;

/** Increased whenever the same options give other pictures or texts. */
const generatorVersion = 1;

export const licenceText = `These pictures and tables were drawn by \`lferc faces\`, a program. They show nobody.

They are in the public domain (CC0 1.0): whoever made them with it waives all rights in them, as far as there are any. They may
be copied, changed and spread, for any purpose, without asking and without naming anybody. They come without any warranty.
`;

export interface FacesOptions extends FacesPlan {
  /** Side length in pixels. */
  readonly size: number;
}

/** Everything that determines the folder's contents, and the annotators' confusions. Equal texts mean equal folders. */
export function aboutFaces(options: FacesOptions, annotators: readonly Annotator[]): string {
  const { seed, count, people, blends, size } = options;
  const about = {
    schemaVersion: 1,
    generator: generatorVersion,
    options: { seed, count, people, blends, size, annotators: annotators.length },
    classes: faceExpressions,
    heldOut: { by: "person", val: judgedShare, test: judgedShare },
    annotators,
  };
  return `${JSON.stringify(about, undefined, 2)}\n`;
}

/** Counts for people. */
export interface FacesCount {
  pictures: number;
  people: Set<string>;
}

export interface FaceTables {
  readonly labels: string;
  readonly distributions: string;
  readonly votes: string;
  readonly bySplit: ReadonlyMap<FaceSplit, FacesCount>;
  readonly blends: number;
  /** Pictures whose label has the most votes, without a tie. */
  readonly agreed: number;
}

/** The facts of these faces, one line each. */
export function faceTables(faces: Iterable<PlannedFace>, annotators: readonly Annotator[], seed: number): FaceTables {
  const labels = ["path,label,split,person,group"];
  const distributions = [`path,${faceExpressions.join(",")}`];
  const votes = [`path,${voteColumns.join(",")}`];
  const bySplit = new Map<FaceSplit, FacesCount>();
  let blends = 0;
  let agreed = 0;
  for (const { path, label, split, person, group, percents } of faces) {
    labels.push(`${path},${label},${split},${person},${group}`);
    distributions.push(`${path},${percents.map((percent) => percent / 100).join(",")}`);
    const own = drawVotes(annotators, percents, seed, path);
    votes.push(`${path},${own.join(",")}`);
    const most = Math.max(...own);
    if (own.filter((count) => count === most).length === 1 && voteColumns[own.indexOf(most)] === label) agreed++;
    if (!percents.includes(100)) blends++;
    const count = bySplit.get(split) ?? { pictures: 0, people: new Set() };
    count.pictures++;
    count.people.add(person);
    bySplit.set(split, count);
  }
  const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
  return { labels: text(labels), distributions: text(distributions), votes: text(votes), bySplit, blends, agreed };
}
