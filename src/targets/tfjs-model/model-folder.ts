/** The files of a GraphModel's folder, split and named as by tensorflowjs' converter. */

import type { WeightsType } from "../../weights/weights-type.js";
import type { MetadataValue } from "../onnx/metadata.js";
import { encodeWeight } from "./encode-weights.js";
import type { GraphModel } from "./graph-model.js";

export const modelFile = "model.json";

/** The maximum size of a file that browsers cache. */
const shardBytes = 4 * 2 ** 20;

const shardName = /^group1-shard[1-9]\d{0,4}of[1-9]\d{0,4}\.bin$/;

/** A later build may replace models with this generator. */
const generator = "lferc";

export interface FolderOptions {
  readonly weightsType: WeightsType;
  readonly lferVersion: string;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
}

/** By name; the bytes of each in pieces. The same input gives the same bytes. */
export type FolderFiles = ReadonlyMap<string, readonly Uint8Array[]>;

export function modelFiles(model: GraphModel, { weightsType, lferVersion, metadata }: FolderOptions): FolderFiles {
  const encoded = model.held.map((held) => encodeWeight(held, weightsType));
  const shards = cutIntoShards(encoded.map(({ bytes }) => bytes));
  const paths = shards.map((_, i) => `group1-shard${i + 1}of${shards.length}.bin`);
  const about = {
    format: "graph-model",
    generatedBy: `${generator} ${lferVersion}`,
    convertedBy: null,
    signature: model.signature,
    userDefinedMetadata: Object.fromEntries(metadata),
    modelTopology: model.topology,
    weightsManifest: [{ paths, weights: encoded.map(({ spec }) => spec) }],
  };
  const json = new TextEncoder().encode(`${JSON.stringify(about)}\n`);
  return new Map([
    [modelFile, [json]],
    ...paths.map((path, i): [string, readonly Uint8Array[]] => [path, shards[i] ?? []]),
  ]);
}

/** All bytes in sequence, split into shards of `shardBytes` without copying. */
function cutIntoShards(all: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const shards: Uint8Array[][] = [];
  let free = 0;
  for (const bytes of all) {
    for (let at = 0; at < bytes.byteLength; ) {
      if (free === 0) {
        shards.push([]);
        free = shardBytes;
      }
      const piece = bytes.subarray(at, at + free);
      shards.at(-1)?.push(piece);
      at += piece.byteLength;
      free -= piece.byteLength;
    }
  }
  return shards;
}

/** Whether a folder with these files contains a model of an earlier build, and nothing else. */
export async function isModelFolder(
  names: readonly string[],
  read: (name: string) => Promise<string>,
): Promise<boolean> {
  if (!names.includes(modelFile)) return false;
  if (!names.every((name) => name === modelFile || shardName.test(name))) return false;
  // The generator comes before the network, so the text, which could be of any size, need not be parsed.
  const text = await read(modelFile);
  return text.startsWith(`{"format":"graph-model","generatedBy":"${generator} `);
}
