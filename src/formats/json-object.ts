/** An object of JSON; what stands in it is not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value that was read is an object, neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
