import { deserialize } from "bson7";
import { isDeepStrictEqual } from "node:util";
import type { Plan } from "rowlens";
import type { Arena } from "./arena.ts";
import { newest, TABLES, type Event, type Order } from "./model.ts";

/** What the database has that the model has not, or the other way round; nothing where they agree. */
export async function check(arena: Arena, events: readonly Event[]): Promise<string[]> {
  const model = newest(events);
  const documents = [...model.values()].flatMap(({ document }) => document ?? []);
  return [...(await read(arena, model)), ...(await tombstones(arena, events, model)), ...(await digests(arena, documents)), ...(await rowCounts(arena, documents))];
}

/** Documents read back are the newest states, with all children in their order. */
async function read(arena: Arena, model: ReadonlyMap<string, Event>): Promise<string[]> {
  const documents = await arena.db.read("orders", [...model.keys()]);
  const found = new Map(documents.documents.map(asOrder).map((document) => [document._id, document]));
  return [...model.values()].flatMap(({ key, version, document }) => {
    const there = found.get(key);
    if (document === undefined) return there === undefined ? [] : [`${key} was deleted in version ${version}, and is there in version ${there.v}`];
    if (there === undefined) return [`${key} is in version ${version}, and is not there`];
    return isDeepStrictEqual(there, document) ? [] : [`${key} is ${JSON.stringify(document)}, and there as ${JSON.stringify(there)}`];
  });
}

/** A document that is gone has the tombstone of its delete; of one that came back an older one may be left. */
async function tombstones(arena: Arena, events: readonly Event[], model: ReadonlyMap<string, Event>): Promise<string[]> {
  const rows = await arena.rows("SELECT key, version::text FROM rowlens_tombstones WHERE collection = 'orders' ORDER BY key");
  const found = new Map(rows.map(({ key, version }) => [key as string, Number(version)]));
  const deletes = new Set(events.filter(({ document }) => document === undefined).map(({ key, version }) => `${key}@${version}`));
  const lost = [...model.values()].filter(({ key, version, document }) => document === undefined && found.get(key) !== version);
  const foreign = [...found].filter(([key, version]) => !deletes.has(`${key}@${version}`));
  return [...lost.map(({ key, version }) => `${key} was deleted in version ${version}, its tombstone says ${found.get(key) ?? "nothing"}`), ...foreign.map(([key, version]) => `nobody deleted ${key} in version ${version}, as its tombstone says`)];
}

/** By digests, of the rows and as they were stored beside them. */
async function digests(arena: Arena, documents: readonly Order[]): Promise<string[]> {
  const faults: string[] = [];
  for (const stored of [false, true]) {
    const { equal, counts } = await arena.db.compare("orders", () => [[...documents]], { stored });
    if (!equal) faults.push(`${stored ? "stored digests" : "digests"} differ: ${JSON.stringify(counts)}`);
  }
  return faults;
}

/** No row is there that belongs to no document. */
async function rowCounts(arena: Arena, documents: readonly Order[]): Promise<string[]> {
  const expected = rowsOf(arena.plan, documents);
  const [found] = await arena.rows(`SELECT ${TABLES.slice(0, -1).map((table) => `(SELECT count(*)::text FROM ${table}) AS ${table}`).join(", ")}`);
  return [...expected].filter(([table, count]) => Number(found?.[table]) !== count).map(([table, count]) => `${table} has ${found?.[table]} rows instead of ${count}`);
}

const rowsOf = (plan: Plan, documents: readonly Order[]): Map<string, number> => new Map(plan.collection("orders").toRows([...documents]).tables.map(({ name, count }) => [name, count]));

/** A document that was read back. */
export const asOrder = (bson: Uint8Array): Order => deserialize(bson) as Order;
