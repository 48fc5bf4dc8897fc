/**
 * The log of every session of ONNX Runtime that is opened: fatal lines alone. Its lines go to stderr past us, in colours and
 * words of its own; what is an error is thrown as well, and becomes a diagnostic.
 */
export const silentLog = { logSeverityLevel: 4 } as const;
