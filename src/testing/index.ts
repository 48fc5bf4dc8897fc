// The test kit: `import { compileText, diagnoseText, expectDiagnostics } from "lfer/testing"`, for models of one's own.
export { compileText, diagnoseText, type Texts, textsForRendering } from "./compile-text.js";
export { type ExpectedDiagnostic, expectDiagnostics, expectNoDiagnostics } from "./expect-diagnostics.js";
