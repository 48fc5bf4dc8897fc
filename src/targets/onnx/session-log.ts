/**
 * The log level of every ONNX Runtime session: fatal messages only. Its lines bypass us on the way to stderr, with colours of
 * their own; errors are thrown as well, and become diagnostics.
 */
export const silentLog = { logSeverityLevel: 4 } as const;
