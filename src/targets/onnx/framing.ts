/**
 * Encodes protocol-buffer messages around weights without copying them: a field is its tag, its length and its bytes, and a
 * message is its fields in order, in any pieces.
 */
import protobuf from "protobufjs/minimal.js";

export type Pieces = readonly Uint8Array[];

/** Wire type of strings, bytes and messages: a length, then that many bytes. */
const lengthDelimited = 2;

export function byteLengthOf(pieces: Pieces): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.byteLength;
  return bytes;
}

/** The pieces of a field with this content. */
export function field(number: number, content: Pieces): Pieces {
  const tag = (number << 3) | lengthDelimited;
  return [protobuf.Writer.create().uint32(tag).uint32(byteLengthOf(content)).finish(), ...content];
}
