import { drawNetwork, type Network, writeNetwork } from "./network.js";
import { type Subject, whatIsWrong } from "./properties.js";
import { shrink } from "./shrink.js";
import { stepIsWrong } from "./trains.js";

/** `computes`: all that holds for the network itself; `trains`: for a step of its training. */
export type Kind = "computes" | "trains";

export interface Failure {
  readonly wrong: string;
  /** The smallest network found that fails too. */
  readonly text: string;
}

const expectedOf = ({ values }: Network): Subject["expected"] =>
  new Map([...values].map(([name, { sizes }]) => [name, sizes]));

/** What a message is about, without its numbers: a smaller network must fail for the same reason. */
const reasonOf = (wrong: string): string => wrong.replaceAll(/[\d.e+-]+|\[[^\]]*\]/g, "").slice(0, 40);

async function judge(kind: Kind, subject: Subject): Promise<string | undefined> {
  if (kind === "computes") return whatIsWrong(subject);
  try {
    return await stepIsWrong(subject.text);
  } catch (error) {
    return `thrown: ${error instanceof Error ? error.message : error}`;
  }
}

/** Draws the seed's network and holds it to all that must be so; a failure comes with a smaller network. */
export async function tryNetwork(seed: number, kind: Kind, rewrite?: Subject["rewrite"]): Promise<Failure | undefined> {
  const network = drawNetwork(seed);
  const expected = expectedOf(network);
  const subjectOf = (text: string): Subject =>
    rewrite === undefined ? { text, expected } : { text, expected, rewrite };
  const wrong = await judge(kind, subjectOf(writeNetwork(network)));
  if (wrong === undefined) return undefined;
  const reason = reasonOf(wrong);
  const text = await shrink(network, async (smaller) => {
    const found = await judge(kind, subjectOf(smaller));
    return found !== undefined && reasonOf(found) === reason;
  });
  return { wrong: (await judge(kind, subjectOf(text))) ?? wrong, text };
}
