/** ONNX Runtime as lferc loads it: with its telemetry and its log off. No test imports the package itself. */
import { loadOnnxRuntime } from "../../src/deploy/onnx-runtime.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";

const loaded = await loadOnnxRuntime();
if (isProblem(loaded)) throw new Error(loaded.diagnose({}).message);

export const ort = loaded;
