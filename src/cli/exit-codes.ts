/** What a command can end with, and what that means where the command does not say it in its own words. */
export const exitCodes = {
  0: "success",
  1: "errors, or a violated budget",
  2: "wrong usage",
  70: "a bug in lferc",
  130: "interrupted",
} as const;
