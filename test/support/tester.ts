export { compileText as compile, diagnoseText as diagnose } from "../../src/testing/compile-text.js";
export { expectDiagnostics, expectNoDiagnostics } from "../../src/testing/expect-diagnostics.js";
