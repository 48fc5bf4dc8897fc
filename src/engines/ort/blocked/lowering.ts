import type { Node } from "../../../ir/graph.js";
import type { BlockedSite } from "./site.js";

/**
 * Lowers a node in the blocked layout and says so, or gives false where it has no good form for it; then the portable
 * form is taken. `fallback` is the next best lowering in the blocked layout, for those that know only special cases.
 */
export type Lowering = (site: BlockedSite, node: Node, fallback: () => boolean) => boolean;
