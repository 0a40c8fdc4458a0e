import type { Rows } from "../core/rows.ts";
import { eachField } from "../postgres/tuples.ts";

/** How many documents have a complement, and how many bytes of JSON these are. */
export function complementOf(rows: Rows): { documents: number; bytes: number } {
  const [root] = rows.tables;
  const column = root?.columns.findIndex((one) => one.source === "complement") ?? -1;
  const sum = { documents: 0, bytes: 0 };
  if (root === undefined || column < 0) return sum;
  eachField(
    root.tuples,
    (index, _start, length) => {
      if (index !== column || length < 0) return;
      sum.documents++;
      // Without jsonb's version byte.
      sum.bytes += length - 1;
    },
    () => {},
  );
  return sum;
}
