import type { AnyOp } from "./contracts.js";
import { conv2d } from "./conv2d.js";
import { relu } from "./relu.js";
import type { AnySurface } from "./surface.js";

/** Every op there is. A name that is not here is an error, never a zero. */
export const ops = {
  conv2d,
  relu,
} as const;

export type OpName = keyof typeof ops;

/** The op of this name, or undefined. */
export function findOp(name: string): AnyOp | undefined {
  return Object.hasOwn(ops, name) ? (ops[name as OpName] as unknown as AnyOp) : undefined;
}

/** A name of `.lfer` and the op it stands for. */
export interface SurfaceEntry {
  readonly op: AnyOp;
  readonly surface: AnySurface;
}

/** All names that `.lfer` has for ops. */
export const surfaces: ReadonlyMap<string, SurfaceEntry> = new Map(
  (Object.values(ops) as unknown as AnyOp[]).flatMap((op) =>
    op.surfaces.map((surface) => [surface.name, { op, surface }] as const),
  ),
);
