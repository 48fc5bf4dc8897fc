/** Text in single quotes, as any shell takes it for one word. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Text as one word of a command line: as it is where that is safe, else quoted. */
export const shellWord = (text: string): string => (/^[\w./:@%+=-]+$/.test(text) ? text : quoted(text));
