import { type Network, type Statement, writeNetwork } from "./network.js";

/** Without a statement and everything that uses it. */
function without(statements: readonly Statement[], index: number): readonly Statement[] {
  const gone = new Set<string>();
  return statements.filter(({ makes, uses }, i) => {
    const goes = i === index || uses.some((name) => gone.has(name));
    if (goes) for (const name of makes) gone.add(name);
    return !goes;
  });
}

const isSame = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean => `${a}` === `${b}`;

/** With a statement replaced by one of its input tensors, if that has the shape and type of its result. */
function bypassed({ statements, values }: Network, index: number): readonly Statement[] | undefined {
  const { makes, uses, text } = statements[index]!;
  const [name = ""] = makes;
  const made = values.get(name);
  const source = uses.find(
    (use) => isSame(values.get(use)?.sizes, made?.sizes) && values.get(use)?.isBool === made?.isBool,
  );
  const short = `${name} = ${source}`;
  if (makes.length !== 1 || source === undefined || text === short || text === `${short} -> identity`) return undefined;
  return statements.with(index, { makes, uses: [source], text: `${short} -> identity` });
}

/** The smallest network found, by removing statements, that still fails; with a limit on the attempts. */
export async function shrink(
  network: Network,
  fails: (text: string) => Promise<boolean>,
  tries = 200,
): Promise<string> {
  let smallest = network;
  let left = tries;
  const attempt = async (statements: readonly Statement[] | undefined): Promise<boolean> => {
    if (statements === undefined || left-- <= 0) return false;
    const candidate = { ...smallest, statements };
    if (!(await fails(writeNetwork(candidate)))) return false;
    smallest = candidate;
    return true;
  };
  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (let i = smallest.statements.length - 1; i >= 0; i--) {
      const done = (await attempt(without(smallest.statements, i))) || (await attempt(bypassed(smallest, i)));
      isSmaller ||= done;
      if (i >= smallest.statements.length) i = smallest.statements.length;
    }
  }
  return writeNetwork(smallest);
}
