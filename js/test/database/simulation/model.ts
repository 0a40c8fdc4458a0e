import { Decimal128 } from "bson7";
import type { Mapping } from "rowlens";
import type { Choices } from "./choices.ts";

/** Children of every kind of identity: by ordinal and nested, by their own key and in an order, by name. */
export const mapping: Mapping = {
  version: 1,
  collections: {
    orders: {
      table: "orders",
      key: { column: "id", as: "text" },
      version: { path: "v", column: "source_version" },
      hash: "row_hash",
      complement: "rest",
      columns: { v: { path: "v", type: "integer", bson: "number" }, total: { path: "total", type: "numeric(12,2)" }, note: { path: "note", type: "text" } },
      children: [
        {
          table: "order_items", path: "items[]", ordinal: "position",
          columns: { sku: { path: "sku", type: "text" }, count: { path: "count", type: "integer", bson: "number" } },
          children: [{ table: "order_item_tags", path: "tags[]", columns: { tag: { path: "@", type: "text" } } }],
        },
        { table: "order_members", path: "members[]", ordinal: "position", key: { path: "@", column: "member", as: "text" } },
        { table: "order_fees", path: "fees{}", mapKey: "name", columns: { fee: { path: "@", type: "integer", bson: "number" } } },
      ],
    },
  },
};

/** What the mapping does not say. */
export const CHECK = "ALTER TABLE orders ADD CHECK (total > 0);";

/** All tables, and where tombstones are. */
export const TABLES = ["orders", "order_items", "order_item_tags", "order_members", "order_fees", "rowlens_tombstones"];

/** A state of a document. */
export interface Order {
  _id: string;
  v: number;
  total: Decimal128;
  note: string;
  items: { sku: string; count: number; tags: string[] }[];
  members: string[];
  fees: Record<string, number>;
  /** Not in the mapping: in the complement. */
  legacy?: number;
}

/** Something that happened to a document in MongoDB: it has this state now, or it is gone. */
export interface Event {
  readonly key: string;
  readonly version: number;
  readonly document?: Order;
}

/** A document that PostgreSQL refuses, by {@link CHECK}; it must harm no other. */
export const POISON: Order = { _id: "poison", v: 1, total: Decimal128.fromString("0.00"), note: "", items: [], members: ["ann"], fees: {} };

const SKUS = ["bolt", "nut", "washer", "screw", "pin", "cap"];
const MEMBERS = ["ann", "bob", "cleo", "dan", "eve"];
const FEES = ["fix", "express", "gift"];

/** Events of some documents, in the order in which they happened; versions of a document only grow. */
export function history(choices: Choices, documents: number, events: number): Event[] {
  const states = new Map<string, Event>();
  return Array.from({ length: events }, () => {
    const key = `k${choices.below(documents)}`;
    const last = states.get(key);
    const event = next(choices, key, last);
    states.set(key, event);
    return event;
  });
}

function next(choices: Choices, key: string, last: Event | undefined): Event {
  const version = (last?.version ?? 0) + 1 + choices.below(3);
  if (last?.document === undefined) return { key, version, document: created(choices, key, version) };
  // A delete may carry the version of the last state, as it does where it is read off the document that goes.
  if (choices.chance(0.2)) return { key, version: choices.chance(0.3) ? last.version : version };
  return { key, version, document: changed(choices, last.document, version) };
}

/** A first state. */
export function created(choices: Choices, key: string, v: number): Order {
  return changed(choices, { _id: key, v, total: money(choices), note: "", items: many(choices, 4, () => item(choices)), members: [], fees: {} }, v);
}

/** The next state: most of the rows stay as they are. */
export function changed(choices: Choices, before: Order, v: number): Order {
  const after: Order = { ...before, v, items: [...before.items], members: [...before.members], fees: { ...before.fees } };
  const at = choices.below(after.items.length + 1);
  if (choices.chance(0.3)) after.total = money(choices);
  if (choices.chance(0.3)) after.note = `note of ${v}`;
  if (choices.chance(0.4)) after.items.splice(at, 0, item(choices));
  if (choices.chance(0.4)) after.items.splice(at, 1 + choices.below(2));
  if (choices.chance(0.3)) after.items = after.items.map((old, index) => (index === at ? { ...old, count: v, tags: many(choices, 3, () => choices.pick(SKUS)) } : old));
  if (choices.chance(0.2)) after.items.reverse();
  if (choices.chance(0.5)) after.members = MEMBERS.filter(() => choices.chance(0.5));
  if (choices.chance(0.3)) after.members.reverse();
  if (choices.chance(0.5)) after.fees = Object.fromEntries(FEES.filter(() => choices.chance(0.5)).map((name) => [name, v]));
  if (choices.chance(0.2)) after.legacy = v;
  return after;
}

const money = (choices: Choices): Decimal128 => Decimal128.fromString(`${choices.below(1_000)}.${10 + choices.below(90)}`);
const item = (choices: Choices): Order["items"][number] => ({ sku: choices.pick(SKUS), count: choices.below(9), tags: many(choices, 3, () => choices.pick(SKUS)) });
const many = <T>(choices: Choices, most: number, one: () => T): T[] => Array.from({ length: choices.below(most + 1) }, one);

/** What each document came to. */
export const newest = (events: readonly Event[]): Map<string, Event> => new Map(events.map((event) => [event.key, event]));
