// The test kit, for your own models: `import { compileText, diagnoseText, expectDiagnostics } from "lfer/testing"`.
export { compileText, diagnoseText, type Texts, textsForRendering } from "./compile-text.js";
export { type ExpectedDiagnostic, expectDiagnostics, expectNoDiagnostics } from "./expect-diagnostics.js";
