/** Paths of layers, from the names that exporters give to nodes. */
import { readableName } from "../../../diagnostics/display-text.js";

/**
 * `/layer1/layer1.0/conv1/Conv` (PyTorch: each scope's full name) becomes `layer1.0.conv1.Conv`; other names are kept, with
 * dots for slashes.
 */
export function pathOf(name: string): string {
  const scopes = readableName(name)
    .split("/")
    .filter((scope) => scope !== "");
  const kept = scopes.filter((scope, i) => scopes[i + 1]?.startsWith(`${scope}.`) !== true);
  return kept.length === 0 ? "node" : kept.join(".");
}
