/** Files that archives and desktops leave in folders, and hidden files: skipped in every layout. */
export const isNobodys = (name: string): boolean =>
  name.startsWith(".") || /^(__macosx|thumbs\.db|ehthumbs\.db|desktop\.ini)$/i.test(name);
