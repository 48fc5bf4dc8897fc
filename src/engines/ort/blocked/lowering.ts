import type { Node } from "../../../ir/graph.js";
import type { BlockedSite } from "./site.js";

/**
 * Lowers a node in the blocked layout and returns true, or false if it has no good form for it; then the portable form is
 * used. `fallback` is the next best lowering in the blocked layout, for lowerings that handle only special cases.
 */
export type Lowering = (site: BlockedSite, node: Node, fallback: () => boolean) => boolean;
