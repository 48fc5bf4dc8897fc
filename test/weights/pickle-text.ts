/** A pickle of protocol 2 of these pieces, in Python's format; texts have one byte per character. */
export const pickle = (...pieces: readonly (string | readonly number[])[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat([
      Buffer.from([0x80, 2]),
      ...pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from(piece))),
    ]),
  );

/** `BINUNICODE`. */
export const text = (value: string): readonly number[] => [0x58, value.length, 0, 0, 0, ...Buffer.from(value)];

/** A tensor of float32, a row of the storage "0", which has four elements. */
export const tensor = (elements: number, stride: string = "K\x01"): readonly (string | readonly number[])[] => [
  "ctorch._utils\n_rebuild_tensor_v2\n((",
  text("storage"),
  "ctorch\nFloatStorage\n",
  text("0"),
  text("cpu"),
  "K\x04tQK\x00",
  [0x4b, elements, 0x85],
  stride,
  [0x85, 0x89],
  "NtR",
];
