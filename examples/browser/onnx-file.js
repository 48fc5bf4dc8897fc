/**
 * What onnxruntime-web does not say of an ONNX file, read from its bytes: the metadata, and where the weights lie. An ONNX file is a
 * protobuf message: a row of fields, each a number with its wire type, then a value.
 */

/** Field numbers of onnx.proto. */
const model = { graph: 7, metadata: 14 };
const graph = { initializer: 5 };
const tensor = { name: 8, rawData: 9 };
const entry = { key: 1, value: 2 };

const text = (bytes) => new TextDecoder().decode(bytes);

/** The fields of a message that hold bytes: texts, data and other messages. Their bytes are views into the file; `from` is where a field begins. */
function* fieldsOf(message) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("the file ends too early");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const from = at;
    const tag = number();
    const wireType = tag % 8;
    if (wireType === 0) number();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = number();
      if (at + length > message.length) throw new Error("the file ends too early");
      yield { field: Math.floor(tag / 8), from, bytes: message.subarray(at, at + length), to: at + length };
      at += length;
    } else throw new Error("this is no ONNX file");
  }
}

const find = (message, field) =>
  [...fieldsOf(message)].filter((each) => each.field === field).map(({ bytes }) => bytes);

/** The metadata of an ONNX file that lferc wrote, as an object of texts. */
export const metadataOf = (file) =>
  Object.fromEntries(
    find(file, model.metadata).map((pair) => [text(find(pair, entry.key)[0]), text(find(pair, entry.value)[0])]),
  );

/** Bytes as a field of a message. */
function asField(field, bytes) {
  const length = [];
  for (let left = bytes.length; ; left = Math.floor(left / 128)) {
    if (left < 128) {
      length.push(left);
      break;
    }
    length.push((left % 128) + 128);
  }
  return [field * 8 + 2, ...length, ...bytes];
}

/** A copy of the file with these weights (names to Float32Array) in the places of its own; its metadata says where they come from. */
export function withWeights(file, weights, origin) {
  const copy = file.slice();
  const left = new Set(Object.keys(weights));
  for (const initializer of find(find(copy, model.graph)[0], graph.initializer)) {
    const name = text(find(initializer, tensor.name)[0]);
    const place = find(initializer, tensor.rawData)[0];
    const own = weights[name];
    if (own === undefined || own.byteLength !== place?.byteLength) throw new Error(`no weights for ${name}`);
    place.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    left.delete(name);
  }
  if (left.size > 0) throw new Error(`the network has no ${[...left].join(", ")}`);
  const key = "lfer.weights";
  const old = [...fieldsOf(copy)].find(
    ({ field, bytes }) => field === model.metadata && text(find(bytes, entry.key)[0]) === key,
  );
  if (old === undefined) throw new Error(`the file does not say its ${key}`);
  const utf8 = (part) => new TextEncoder().encode(part);
  const said = asField(model.metadata, [...asField(entry.key, utf8(key)), ...asField(entry.value, utf8(origin))]);
  return Uint8Array.from([...copy.subarray(0, old.from), ...said, ...copy.subarray(old.to)]);
}
