/** The bytes of `np.save` for a zero-dimensional string, or a list of float64. */
export function npyFile(value: string | readonly number[]): Uint8Array {
  const isText = typeof value === "string";
  const type = isText ? `<U${value.length}` : "<f8";
  const about = `{'descr': '${type}', 'fortran_order': False, 'shape': (${isText ? "" : `${value.length},`}), }`;
  // Magic, version and length have ten bytes, and values begin at a multiple of 64.
  const header = about.padEnd(Math.ceil((about.length + 11) / 64) * 64 - 11);
  const start = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  start.writeUInt16LE(header.length + 1, 8);
  const values = isText
    ? Uint32Array.from(value, (character) => character.codePointAt(0) ?? 0)
    : Float64Array.from(value);
  return Buffer.concat([start, Buffer.from(`${header}\n`, "latin1"), new Uint8Array(values.buffer)]);
}
