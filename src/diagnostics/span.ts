/** A range of source text: UTF-16 offsets into the file named `file`, `end` exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}
