/** The exit codes, with a default meaning for commands that do not describe them. */
export const exitCodes = {
  0: "success",
  1: "errors, or a violated budget",
  2: "wrong usage",
  70: "a bug in lferc",
  130: "interrupted",
} as const;
