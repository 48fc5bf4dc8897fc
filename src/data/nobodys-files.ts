/** What archives and desktops leave beside the data, and hidden files: nobody's pictures, passed over in every layout. */
export const isNobodys = (name: string): boolean =>
  name.startsWith(".") || /^(__macosx|thumbs\.db|ehthumbs\.db|desktop\.ini)$/i.test(name);
