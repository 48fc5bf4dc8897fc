/** Reads a picture's class from a table's columns: its name, or a share for each class. */
import { Interned } from "./table-keys.js";
import { TargetPool } from "./targets.js";

export interface LabelColumns {
  /** The class or shares of a row; or in words what is wrong with it. */
  read(get: (column: string) => string): { readonly class: number; readonly shares?: Float32Array } | string;
  /** Whether the table defines the order of classes. */
  readonly isOrdered: boolean;
  /** The classes, by index, once all rows are read. */
  classes(): readonly string[];
}

/** Columns with another meaning than a class. */
const ownColumns: readonly string[] = ["path", "split", "person", "group"];

/** Whether a class of this name could not have a column of shares: the column would mean something else. */
export const isReservedColumn = (name: string): boolean => [...ownColumns, "label"].includes(name.trim().toLowerCase());

export const sameColumn = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A column of class names if there is one; otherwise every column without another meaning is a class. */
export function labelColumns(header: readonly string[], label: string): LabelColumns | undefined {
  if (header.some((name) => sameColumn(name, label))) return nameColumn(label);
  const classes = header.filter((name) => !ownColumns.includes(name.toLowerCase()));
  return classes.length < 2 ? undefined : shareColumns(classes);
}

/** A class name in each row. The classes are those that occur, in that order. */
export function nameColumn(column: string): LabelColumns {
  const texts = new Interned();
  const places = new Map<string, number>();
  return {
    read: (get) => {
      const name = get(column).trim();
      if (name === "") return `its ${column} is empty`;
      const place = places.get(name) ?? places.size;
      if (place === places.size) places.set(texts.of(name), place);
      return { class: place };
    },
    isOrdered: false,
    classes: () => [...places.keys()],
  };
}

/** Larger numbers are neither shares nor votes. */
const shareLimit = 1e30;

/** A share, or a number of votes, for each class; only the proportions matter. */
export function shareColumns(classes: readonly string[]): LabelColumns {
  const pool = new TargetPool(classes.length);
  return {
    read: (get) => {
      let sum = 0;
      let largest = 0;
      const shares: number[] = [];
      for (const [index, name] of classes.entries()) {
        const text = get(name).trim();
        const share = Number(text);
        if (text === "" || !(share >= 0 && share <= shareLimit)) return `${name} is "${text.slice(0, 20)}", no share`;
        shares.push(share);
        sum += share;
        if (share > (shares[largest] as number)) largest = index;
      }
      if (!(sum > 0)) return "it gives no class a share";
      const kept = pool.next();
      kept.set(shares);
      return { class: largest, shares: kept };
    },
    isOrdered: true,
    classes: () => classes,
  };
}
