/** Text in single quotes: one word in any shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Text as one word of a command line: unchanged if that is safe, else quoted. */
export const shellWord = (text: string): string => (/^[\w./:@%+=-]+$/.test(text) ? text : quoted(text));
