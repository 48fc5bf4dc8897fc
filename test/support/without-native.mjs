// `node --import ./test/support/without-native.mjs`: a process in which onnxruntime-node is not installed.
import { register } from "node:module";

const hooks = `export async function resolve(name, context, next) {
  if (name !== "onnxruntime-node") return next(name, context);
  throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
