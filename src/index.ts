// The library: `import { compile } from "lfer"`. Names are listed one by one; test/api.test.ts holds the list.
export { type Stats, type StatsOptions, statsOf } from "./analysis/stats.js";
export { buildOnnx, type OnnxOptions, type OnnxResult, type OnnxWeights } from "./build-model.js";
export {
  type Compilation,
  type CompiledCheck,
  type CompiledModel,
  type CompileOptions,
  compile,
  load,
} from "./compiler.js";
export { catalogue } from "./diagnostics/catalogue.js";
export type { Diagnostic, DiagnosticCode, Fix, Related } from "./diagnostics/diagnostic.js";
export { renderPretty } from "./diagnostics/render-pretty.js";
export { sourceTexts } from "./diagnostics/source-text.js";
export type { Span } from "./diagnostics/span.js";
export type { Host, HostText } from "./hosts/host.js";
export { memoryHost } from "./hosts/memory-host.js";
export { nodeHost } from "./hosts/node-host.js";
export type { Graph, GraphInput, GraphOutput, Node, Slot, ValueId } from "./ir/graph.js";
export { type Dim, formatShape, type Shape, type TensorType } from "./ir/shape.js";
export { printGraph } from "./ir/text.js";
export { readGraph } from "./ops/read-graph.js";
export type { Sources } from "./semantics/names/program.js";
export type { ElaboratedRecipe } from "./semantics/recipes/recipes.js";
export type { RecordValue, Value } from "./semantics/values.js";
