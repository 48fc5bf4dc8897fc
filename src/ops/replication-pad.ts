import { borderPaddingOp } from "./border-padding.js";

/** The cell that stands at a place, before the map or behind it too. */
export const replicatedAt = (place: number, size: number): number => Math.min(size - 1, Math.max(0, place));

/** PyTorch's ReplicationPad2d. */
export const replicationPad = borderPaddingOp({
  name: "replication_pad",
  doc: "A map continued by its border cells.",
  mode: "edge",
  cellAt: replicatedAt,
  most: () => Number.POSITIVE_INFINITY,
});
