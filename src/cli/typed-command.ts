/**
 * The command shown to users, for a clone and for an installation. Plain npx, if the package is not installed, would download a
 * package of that name from the registry, in CI without asking; nobody owns the name there, so anyone may take it.
 */
export const typedCommand = "npx --no lferc";
