/** A file written by a newer lferc. */
export interface NewerFile {
  readonly path: string;
  readonly schemaVersion: number;
  readonly known: number;
}

export const newerFile = (h: NewerFile): string =>
  `${h.path} was written by a newer lferc: it has schemaVersion ${h.schemaVersion}, this one reads up to ${h.known}`;

export const whyNewerIsRefused =
  "A newer version of the format may give the same names another meaning, so it is refused.";
