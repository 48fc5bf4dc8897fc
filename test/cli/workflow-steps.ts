/** The scripts of the workflow's steps, in order, as a shell receives them. */
export const stepsOf = (yaml: string): readonly string[] =>
  [...yaml.matchAll(/^ {6}(?:- | {2})run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
    ([, block, line = ""]) => block?.replace(/^ {10}/gm, "") ?? line,
  );
