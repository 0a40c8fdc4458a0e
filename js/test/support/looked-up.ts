import { compile, parseExtendedJson, type CollectionMapping, type Lookups, type Mapping } from "rowlens";

type Key = CollectionMapping["key"];
export const lookup = (type: string): Key => ({ column: "id", as: "lookup", type }) as Key;
/** Documents that refer to users, whose keys are looked up. */
export const things = (more: Partial<CollectionMapping> = {}, key: Key = lookup("bigint")): Mapping => ({
  version: 1, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more }, users: { table: "users", key, complement: "rest" } },
});
export const documents = (...list: object[]): { things: Uint8Array[] } => ({ things: parseExtendedJson(list.map((document, index) => JSON.stringify({ _id: index, ...document })).join("\n")) });

export const oid = (byte: string): object => ({ $oid: byte.repeat(12) });
const binary = (subType: string): object => ({ $binary: { base64: "AAECAwQFBgcICQoLDA0ODw==", subType } });
const decimal = { $numberDecimal: "1.50" };
/** Ids of every kind, in order; of some the numbers are equal, and of some the texts. */
export const IDS: object[] = [
  oid("65"), oid("66"), "ann", "6565656565656565656565ff", 'q"\\\n\u0001é', 5, { $numberLong: "5" }, { $numberDouble: "5.0" }, { $numberDouble: "0.1" }, { $numberDouble: "-0.0" }, { $numberDouble: "1E+300" },
  { $numberDouble: "NaN" }, binary("04"), binary("00"), decimal, { $numberDecimal: "1.5" }, { $date: { $numberLong: "5" } }, { $timestamp: { t: 1, i: 2 } }, { $regularExpression: { pattern: "a", options: "i" } }, true, { one: oid("65") }, { $minKey: 1 }, "",
] as object[];
/** As `id_map` has it. */
export const canonical = (id: object): string => {
  const [document] = parseExtendedJson(JSON.stringify({ _id: id }));
  return compile(things()).collection("users").neededLookups(document as Uint8Array)[0]?.[1] as string;
};
/** Answers for these ids; the first two are 7 and 8. */
export const keyed = (type: string, ids: readonly object[] = IDS): Lookups => ids.map((id, index) => {
  const key = type === "uuid" ? `0000000${index % 10}-0000-4000-8000-0000000000${String(index).padStart(2, "0")}` : type === "text" ? `k"\\${index}` : String(index + 7);
  return ["users", canonical(id), key];
});
export const unknown = oid("ff");

export const friend = { path: "friend", type: "bigint", ref: "users" };
export const friends = { path: "friends", type: "bigint[]", ref: "users" };
export const one = { table: "os", path: "o", columns: { boss: { path: "boss", type: "bigint", ref: "users" } } };
export const list = (value: string): NonNullable<CollectionMapping["children"]>[number] => ({ table: value, path: `${value}[]`, columns: { of: { path: "by", type: "bigint", ref: "users" }, n: { path: "n", type: "integer" } } });
/** Where references may be. */
export const FORMS: Record<string, Mapping> = {
  complement: things(),
  columns: things({ columns: { friend, friends, boss: { path: "o.boss", type: "bigint", ref: "users" }, grid: { path: "grid", type: "bigint[][]", ref: "users" } } }),
  "columns where NULL is null": things({ columns: { friend: { ...friend, absent: "null" }, friends: { ...friends, absent: "null" } } }),
  jsonb: things({ columns: { friend: { path: "friend", type: "jsonb" }, friends: { path: "friends", type: "jsonb" }, o: { path: "o", type: "jsonb" }, notes: { path: "notes", type: "jsonb" }, m: { path: "m", type: "jsonb" } } }),
  tables: things({
    columns: { friend },
    children: [one, list("notes"), { table: "fs", path: "friends[]", columns: { id: { path: "@", type: "bigint", ref: "users" } } }, { table: "ms", path: "m{}", columns: { who: { path: "@", type: "bigint", ref: "users" } } }],
  }),
  "other tables": things({
    columns: { m: { path: "m.x", type: "bigint", ref: "users" } },
    children: [{ ...list("notes"), absent: "missing", children: [{ table: "deep", path: "deep[]", columns: { who: { path: "who", type: "bigint", ref: "users" } } }] }, { table: "bs", path: "o", columns: { boss: { path: "boss", type: "jsonb" } } }],
  }),
};
export const [a, b] = [oid("65"), oid("66")];
/** References of every kind, resolved and not, and what is none. */
export const awkward = documents(
  ...IDS.map((id) => ({ friend: id, friends: [id, null, a], o: { boss: id }, notes: [{ by: id, n: 1 }, { by: id, n: "x" }, { by: a, deep: [{ who: id }, { who: 1 }] }], m: { x: id, y: a }, grid: [[id, a], [a, id]] })),
  { friend: unknown, friends: [a, unknown], o: { boss: unknown, more: 1 }, notes: [{ by: unknown }, { by: a, n: 2 }, { n: 3 }], m: { x: unknown, y: a }, grid: [[a], [unknown]] },
  { friend: null, friends: null, o: null, notes: null, m: null, grid: null }, {},
  { friends: [], o: {}, notes: [], m: {}, grid: [] }, { friend: [a], friends: [[a]], o: [a], notes: [a, null], m: { x: null }, grid: [[a], [a, b]] },
  { friends: [a, b, a], o: { boss: null }, notes: [{ by: null }, { by: b, n: 5, more: { by: a } }], grid: [[]] }, { friends: a, notes: { by: a }, m: [a], grid: [a] }, { friends: [null], grid: [[null, a]] },
  { friend: { $numberDecimal: "1.500" }, friends: [{ $numberDouble: "1.5" }, { $numberLong: "6" }] },
);
