const names: Readonly<Record<string, string>> = {
  training: "to train on",
  heldOut: "held out",
  test: "left for the test",
};

/** The name of a split for people. */
export const splitName = (split: string): string => (Object.hasOwn(names, split) ? (names[split] as string) : split);
