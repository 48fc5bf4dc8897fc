import { drawNetwork, type Network, writeNetwork } from "./network.js";
import { judgeNetwork, type Subject, type Verdict } from "./properties.js";
import { shrink } from "./shrink.js";
import { judgeStep } from "./trains.js";

/** `computes`: all properties of the network itself; `trains`: those of a training step. */
export type Kind = "computes" | "trains";

export interface Failure {
  readonly wrong: string;
  /** The smallest network found that fails too. */
  readonly text: string;
}

const expectedOf = ({ values }: Network): Subject["expected"] =>
  new Map([...values].map(([name, { sizes }]) => [name, sizes]));

/** A message without its numbers: a smaller network must fail for the same reason. */
const reasonOf = (wrong: string): string => wrong.replaceAll(/[\d.e+-]+|\[[^\]]*\]/g, "").slice(0, 40);

/** Exceptions of our own code count as errors too. */
async function judge(kind: Kind, subject: Subject): Promise<Verdict> {
  try {
    return await (kind === "computes" ? judgeNetwork(subject) : judgeStep(subject.text));
  } catch (error) {
    return { wrong: `thrown: ${error instanceof Error ? error.message : error}` };
  }
}

/** Generates the seed's network and checks all properties; a failure includes a smaller network. */
export async function tryNetwork(
  seed: number,
  kind: Kind,
  rewrite?: Subject["rewrite"],
): Promise<Failure | "right" | "rough"> {
  const network = drawNetwork(seed);
  const expected = expectedOf(network);
  const subjectOf = (text: string): Subject =>
    rewrite === undefined ? { text, expected } : { text, expected, rewrite };
  const verdict = await judge(kind, subjectOf(writeNetwork(network)));
  if (typeof verdict === "string") return verdict;
  const reason = reasonOf(verdict.wrong);
  let { wrong } = verdict;
  const text = await shrink(network, async (smaller) => {
    const found = await judge(kind, subjectOf(smaller));
    if (typeof found === "string" || reasonOf(found.wrong) !== reason) return false;
    wrong = found.wrong;
    return true;
  });
  return { wrong, text };
}
