import protobuf from "protobufjs/minimal.js";

/** Field numbers of ModelProto and StringStringEntryProto (schema/onnx.proto). */
const irVersionField = 1;
const graphField = 7;
const metadataPropsField = 14;
const keyField = 1;
const valueField = 2;

export type MetadataProps =
  | { readonly kind: "props"; readonly props: ReadonlyMap<string, string> }
  | { readonly kind: "not-onnx"; readonly reason: string };

/** The `metadata_props` of an ONNX file, read without decoding its graph: ONNX Runtime's JavaScript API does not expose them. */
export function readMetadataProps(bytes: Uint8Array): MetadataProps {
  const props = new Map<string, string>();
  const seen = new Set<number>();
  try {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      seen.add(field);
      if (field !== metadataPropsField) {
        reader.skipType(tag & 7);
        continue;
      }
      const [key, value] = readEntry(reader.bytes());
      props.set(key, value);
    }
  } catch (error) {
    return { kind: "not-onnx", reason: error instanceof Error ? error.message : String(error) };
  }
  if (!seen.has(irVersionField) || !seen.has(graphField)) return { kind: "not-onnx", reason: "it holds no graph" };
  return { kind: "props", props };
}

function readEntry(bytes: Uint8Array): readonly [key: string, value: string] {
  const reader = protobuf.Reader.create(bytes);
  let key = "";
  let value = "";
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === keyField) key = reader.string();
    else if (tag >>> 3 === valueField) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [key, value];
}
