import { readFileSync } from "node:fs";

/** The version of a module's package, from the nearest package.json above. Most packages do not export theirs. */
export function packageVersion(moduleUrl: string): string {
  for (let url = new URL("./package.json", moduleUrl); ; url = new URL("../package.json", url)) {
    try {
      const about = JSON.parse(readFileSync(url, "utf8")) as { version?: unknown };
      if (typeof about.version === "string") return about.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    if (url.pathname === "/package.json") return "unknown version";
  }
}

/** The version of an optional package, if it is installed. */
export function installedVersion(name: string): string | undefined {
  try {
    return packageVersion(import.meta.resolve(name));
  } catch {
    return undefined;
  }
}
