/** Simulated annotators who vote on drawn faces: their errors are drawn from a seed, and so are known. */
import { type RandomStream, randomStream } from "../../random/stream.js";
import { ferPlusVotes } from "../ferplus-set.js";
import { type FaceExpression, faceExpressions } from "../generated-faces.js";

/** The possible votes: FER+'s columns, in its order. `NF` is "not a face". */
export const voteColumns = ferPlusVotes;

export type VoteColumn = (typeof voteColumns)[number];

type Shares = Readonly<Record<VoteColumn, number>>;

export interface Annotator {
  /** The probability of voting for the shown expression. */
  readonly care: number;
  /** The probabilities of other votes, by the shown expression; each with sum 1. */
  readonly confusion: Readonly<Record<FaceExpression, Shares>>;
}

/** Expressions that are often confused. */
const lookalikes: Readonly<Record<FaceExpression, readonly VoteColumn[]>> = {
  surprise: ["fear"],
  fear: ["surprise", "sadness"],
  disgust: ["anger", "contempt"],
  happiness: ["neutral"],
  sadness: ["neutral", "fear"],
  anger: ["disgust", "sadness"],
  neutral: ["sadness", "contempt"],
};

/** Weights of wrong votes, before normalisation: for a similar expression, for any (at most), for none. */
const weights = { lookalike: 1, anything: 0.3, unknown: 0.25, NF: 0.02 } as const;

/** The first `count` annotators of the seed: a larger number does not change the first ones. */
export function drawAnnotators(seed: number, count: number): readonly Annotator[] {
  return Array.from({ length: count }, (_, number) => {
    const random = randomStream(seed, `faces.annotator.${number}`);
    const care = 0.6 + 0.35 * random.uniform();
    const rows = faceExpressions.map((shown) => [shown, confusionOf(shown, random)] as const);
    return { care, confusion: Object.fromEntries(rows) as Annotator["confusion"] };
  });
}

function confusionOf(shown: FaceExpression, random: RandomStream): Shares {
  const weighted = voteColumns.map((column): readonly [VoteColumn, number] => {
    if (column === "unknown" || column === "NF") return [column, weights[column]];
    const own = weights.anything * random.uniform();
    if (column === shown) return [column, 0];
    return [column, own + (lookalikes[shown].includes(column) ? weights.lookalike : 0)];
  });
  const sum = weighted.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(weighted.map(([column, weight]) => [column, weight / sum])) as Shares;
}

/** The column that a number in [0, 1) selects. */
function columnAt(shares: readonly (readonly [VoteColumn, number])[], at: number): VoteColumn {
  let rest = at;
  for (const [column, share] of shares) {
    if (rest < share) return column;
    rest -= share;
  }
  // The sum of the shares may be below 1 by rounding.
  return shares.findLast(([, share]) => share > 0)?.[0] ?? "unknown";
}

/**
 * Number of votes for each column. Each annotator picks one of the shown expressions, with its share as probability, and votes
 * for it with probability `care`, else by the confusion probabilities.
 */
export function drawVotes(
  annotators: readonly Annotator[],
  percents: readonly number[],
  seed: number,
  name: string,
): readonly number[] {
  const shown = faceExpressions.map((expression, i) => [expression, (percents[i] as number) / 100] as const);
  const votes = voteColumns.map(() => 0);
  for (const [number, { care, confusion }] of annotators.entries()) {
    const random = randomStream(seed, `faces.vote.${number}.${name}`);
    const taken = columnAt(shown, random.uniform()) as FaceExpression;
    const isRight = random.uniform() < care;
    const vote = isRight
      ? taken
      : columnAt(Object.entries(confusion[taken]) as [VoteColumn, number][], random.uniform());
    const column = voteColumns.indexOf(vote);
    votes[column] = (votes[column] as number) + 1;
  }
  return votes;
}
