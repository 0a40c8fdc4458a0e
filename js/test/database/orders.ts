import { Decimal128 } from "bson7";
import type { Mapping } from "rowlens";
import type { Live } from "../support/live.ts";

/** Tables of every shape: elements by ordinal, nested, by their own key, a map, a subdocument, and a variant's own table. */
export const orders: Mapping = {
  version: 1,
  enums: { status: ["open", "paid"] },
  collections: {
    orders: {
      table: "orders",
      key: { column: "id", as: "text" },
      version: { path: "v", column: "source_version" },
      complement: "rest",
      columns: {
        v: { path: "v", type: "integer", bson: "number" },
        total: { path: "total", type: "numeric" },
        status: { path: "status", type: "status" },
        tags: { path: "tags", type: "text[]" },
        grid: { path: "grid", type: "integer[][]", bson: "number" },
        states: { path: "states", type: "status[]" },
        weight: { path: "weight", type: "double precision" },
        meta: { path: "meta", type: "jsonb" },
        data: { path: "data", type: "bytea" },
        at: { path: "at", type: "timestamptz(3)" },
        kind: { path: "kind", type: "text" },
        email: { path: "email", type: "text" },
      },
      discriminator: { path: "kind", variants: { gift: { table: "order_gifts", columns: { giver: { path: "giver", type: "text" } } } } },
      children: [
        { table: "order_items", path: "items[]", ordinal: "position", columns: { sku: { path: "sku", type: "varchar(10)" }, price: { path: "price", type: "numeric(12,2)" } }, children: [{ table: "order_item_notes", path: "notes[]", columns: { note: { path: "@", type: "text" } } }] },
        { table: "order_members", path: "members[]", ordinal: "position", key: { path: "@", column: "member", as: "text" } },
        { table: "order_fees", path: "fees{}", mapKey: "name", columns: { fee: { path: "@", type: "integer", bson: "number" } } },
        { table: "order_address", path: "address", columns: { city: { path: "city", type: "text" } } },
      ],
    },
  },
};

/** What the mapping does not say: a check, and a unique index besides the key. */
export const constraints = `ALTER TABLE orders ADD CONSTRAINT no_zero CHECK (total <> 0); ALTER TABLE orders ADD CONSTRAINT one_email UNIQUE (email);`;

/** A document with rows in every table: 9 of them. */
export const order = (id: string, v: number, more: object = {}): Record<string, unknown> => ({
  _id: id, v, total: Decimal128.fromString("1.50"), status: "open", tags: ["x", 'y,"z"\\', "null", "", null], grid: [[1, 2], [3, 4]], states: ["open", "paid"], weight: -0.5,
  meta: { b: [1, { c: "d" }], text: '\\ " {},' }, data: new Uint8Array([0, 92, 255]), at: new Date(1_700_000_000_123), kind: "gift", giver: "Ann",
  items: [{ sku: "s1", notes: ["n1", "n2"] }, { sku: "s2", notes: [] }], members: ["m1", "m2"], fees: { fix: 1 }, address: { city: "Ulm" }, ...more,
});

/** Rows of {@link order}. */
export const ORDER_ROWS = 1 + 1 + 2 + 2 + 2 + 1 + 1;

const TABLES = ["orders", "order_gifts", "order_items", "order_item_notes", "order_members", "order_fees", "order_address"];

/** Which version of which row is where: changes when a row is written, even with the same values. */
export async function places({ rows }: Live, only = "true"): Promise<Map<string, string>> {
  const one = (table: string): string => `SELECT '${table} ' || (to_jsonb(t) - ARRAY['rest','source_version','v','total','status','tags','grid','states','weight','meta','data','at','kind','email','giver','sku','price','note','fee','city'])::text AS row, ctid::text || ' ' || xmin::text AS place FROM ${table} t`;
  const all = await rows(`SELECT * FROM (${TABLES.map(one).join(" UNION ALL ")}) AS x WHERE ${only} ORDER BY 1`);
  return new Map(all.map(({ row, place }) => [row as string, place as string]));
}

/** Rows whose place is another, or that came or went. */
export function moved(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((row) => before.get(row) !== after.get(row)).sort();
}

export const empty = ({ run }: Live): Promise<void> => run(`TRUNCATE ${TABLES.join(", ")}, rowlens_tombstones CASCADE`);
