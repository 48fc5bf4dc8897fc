/** The value of `--weights-map` by which a proposed map is applied unseen, if neither the names nor a built-in map fit. */
export const automatic = "auto";
