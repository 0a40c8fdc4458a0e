import { Decimal128 } from "bson7";
import { compile, type Plan } from "rowlens";
import { RowlensError } from "../../../src/core/rowlens-error.ts";
import type { Database } from "../../../src/database/database.ts";
import { Choices } from "../simulation/choices.ts";
import { changed, created, mapping, type Order } from "../simulation/model.ts";

/** Documents of one run of an operation: as they are before it, and as it is to leave them. */
export interface Run {
  readonly before: readonly Order[];
  /** By transaction: what it changes, by key; undefined where it deletes. */
  readonly after: readonly ReadonlyMap<string, Order | undefined>[];
  /** What a check of the table refuses. */
  readonly poison: Order;
}

/** Something that is interrupted; doing it again must finish it. */
export interface Operation {
  readonly name: string;
  /** Into tables of its own that are empty before. */
  readonly empty?: boolean;
  /** Whether statements that can go at once do. */
  readonly together?: boolean;
  run(db: Database, run: Run): Promise<unknown>;
  /** Its transactions. */
  split(run: { a: Order; b: Order; c: Order; e: Order }): (Order | string)[][];
}

const states = (transaction: ReadonlyMap<string, Order | undefined> | undefined): Order[] => [...(transaction ?? new Map<string, Order>()).values()].filter((order) => order !== undefined);
const batches = ({ after }: Run): never => after.map(states) as never;

export const OPERATIONS: readonly Operation[] = [
  { name: "apply", run: (db, { after }) => db.apply("orders", states(after[0])[0] as Order), split: ({ a }) => [[a]] },
  { name: "apply in one round trip", together: true, run: (db, { after }) => db.apply("orders", states(after[0])[0] as Order), split: ({ a }) => [[a]] },
  { name: "apply of a new document", run: (db, { after }) => db.apply("orders", states(after[0])[0] as Order), split: ({ e }) => [[e]] },
  { name: "apply of a new document in one round trip", together: true, run: (db, { after }) => db.apply("orders", states(after[0])[0] as Order), split: ({ e }) => [[e]] },
  { name: "delete", run: (db, { after }) => db.delete("orders", [...(after[0] ?? new Map<string, Order>()).keys()][0], { version: 2 }), split: ({ a }) => [[a._id]] },
  { name: "applyMany", run: (db, { after }) => db.applyMany("orders", states(after[0])), split: ({ a, b, c, e }) => [[a, b, c, e]] },
  { name: "applyMany with one that is refused", run: (db, { after, poison }) => db.applyMany("orders", [...states(after[0]), poison]), split: ({ a, e }) => [[a, e]] },
  { name: "load", run: (db, run) => db.load("orders", batches(run)), split: ({ a, b, c, e }) => [[a, b], [c, e]] },
  { name: "load of new documents", empty: true, run: (db, run) => db.load("orders", batches(run)), split: ({ a, b, c, e }) => [[a, b], [c, e]] },
  { name: "load into empty tables", empty: true, run: (db, run) => db.load("orders", batches(run), { into: "empty" }).catch(loadedAlready), split: ({ a, b, c, e }) => [[a, b, c, e]] },
];

/** Whoever does not know what became of it tries again. */
function loadedAlready(error: unknown): void {
  if (!RowlensError.is(error) || error.code !== "table-not-empty") throw error;
}

/** The same for every name but for the keys, so that it takes the same steps. */
export function runOf(operation: Operation, name: string): Run {
  const choices = new Choices(OPERATIONS.indexOf(operation));
  const [a, b, c, d, e, poison] = ["a", "b", "c", "d", "e", "x"].map((key) => ({ ...created(choices, `${name}-${key}`, 1), total: Decimal128.fromString("12.50") })) as [Order, Order, Order, Order, Order, Order];
  const next = (order: Order): Order => ({ ...changed(choices, order, 2), total: Decimal128.fromString("7.25") });
  const transactions = operation.split({ a: next(a), b: next(b), c: next(c), e });
  return {
    before: operation.empty === true ? [] : [a, b, c, d],
    after: transactions.map((transaction) => new Map(transaction.map((each) => (typeof each === "string" ? [each, undefined] : [each._id, each])))),
    poison: { ...poison, total: Decimal128.fromString("0.00") },
  };
}

/**
 * What its rows are in: tables that all share, or where they have to be empty a schema of its own. A plan is used once: rowlens learns
 * of a collection whether its documents are mostly new.
 */
export const planOf = (operation: Operation, name: string): Plan => compile(operation.empty === true ? { ...mapping, schema: name.replaceAll(/\W/g, "_").toLowerCase() } : mapping);
