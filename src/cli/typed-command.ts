/**
 * How people are shown to type lferc, in a clone and where it is installed. npx alone would fetch a package of that name from the
 * registry where none is installed, without asking in CI; nobody owns the name there, so anybody may take it.
 */
export const typedCommand = "npx --no lferc";
