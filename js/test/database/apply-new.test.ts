import { beforeEach, expect, it } from "vitest";
import fc from "fast-check";
import { Database } from "../../src/database/database.ts";
import type { Session, Statement } from "../../src/database/session.ts";
import { onEachServer } from "../support/each-server.ts";
import { documentFor, mapping } from "../support/mapping.ts";
import { databaseOver } from "../support/live.ts";
import { constraints, empty, order, ORDER_ROWS, orders } from "./orders.ts";

/** A session that notes what its transactions began with. */
function watched(session: Session): { session: Session; sent: string[] } {
  const sent: string[] = [];
  const note = (kind: string, statements: readonly Statement[]): void => void sent.push(`${kind} ${statements.some(({ text }) => text.includes("DO NOTHING")) ? "new" : "apply"}`);
  const handler: ProxyHandler<Session> = {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === "pipeline" || name === "atomic") {
        return (statements: readonly Statement[]) => {
          note(name, statements);
          return target[name](statements);
        };
      }
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  };
  return { session: new Proxy(session, handler), sent };
}

onEachServer("one new document is applied", orders, constraints, (get) => {
  beforeEach(() => empty(get()));
  const over = (): { db: Database; sent: string[] } => {
    const { session, sent } = watched(get().session());
    return { db: databaseOver(session, get().plan), sent };
  };

  it("by the statement for new ones, as long as they are new; then by the one for all", async () => {
    const { db, sent } = over();
    // Whatever came before, the next is believed to be new.
    for (const id of ["x", "y"]) await db.apply("orders", order(id, 1, { email: id }));
    sent.length = 0;
    expect(await db.apply("orders", order("a", 1))).toMatchObject({ outcome: "inserted", key: "a", written: ORDER_ROWS, removed: 0 });
    expect(sent).toEqual(["pipeline new"]);
    expect(await db.apply("orders", order("a", 2))).toMatchObject({ outcome: "updated", written: 1 });
    expect(await db.apply("orders", order("a", 3))).toMatchObject({ outcome: "updated", written: 1 });
    expect(sent).toEqual(["pipeline new", "pipeline new", "atomic apply", "atomic apply"]);
    expect(await db.apply("orders", order("b", 1, { address: undefined }))).toMatchObject({ outcome: "inserted", written: ORDER_ROWS - 1 });
    expect(await db.apply("orders", order("c", 1, { items: [] }))).toMatchObject({ outcome: "inserted", written: ORDER_ROWS - 4 });
    expect(sent.slice(4)).toEqual(["atomic apply", "pipeline new"]);
  });

  it("H13: not where a tombstone is as new", async () => {
    const { db } = over();
    await db.apply("orders", order("x", 1, { email: "x" }));
    await db.delete("orders", "a", { version: 5 });
    expect(await db.apply("orders", order("a", 5))).toMatchObject({ outcome: "tombstoned", written: 0 });
    expect(await db.apply("orders", order("y", 1, { email: "y" }))).toMatchObject({ outcome: "inserted" });
    expect(await db.apply("orders", order("a", 6))).toMatchObject({ outcome: "inserted", written: ORDER_ROWS });
  });

  it("H26: what another document holds is refused, and nothing of it stays", async () => {
    const { db } = over();
    await db.apply("orders", order("x", 1, { email: "e" }));
    expect(await db.apply("orders", order("a", 1, { email: "e" }))).toMatchObject({ outcome: "failed", reason: "unique-conflict", constraint: "one_email" });
    expect(await get().rows("SELECT id FROM orders UNION ALL SELECT orders_id FROM order_items WHERE orders_id <> 'x'")).toEqual([{ id: "x" }]);
  });
});

onEachServer("a new document of any shape", mapping, "", (get, server) => {
  it("becomes the same rows by either statement, with parameters in either form", async () => {
    const { plan, rows, run, session } = get();
    const tables = plan.collection("everything").tables.map(({ name }) => name);
    const contents = async (): Promise<unknown> => rows(`SELECT * FROM (${tables.map((name) => `SELECT '${name}' AS name, record_send(t) AS row FROM ${name} t`).join(" UNION ALL ")}) AS x ORDER BY 1, 2`);
    const text = new Proxy(session(), { get: (target, name) => (name === "binary" ? false : typeof target[name as keyof Session] === "function" ? (target[name as keyof Session] as () => unknown).bind(target) : target[name as keyof Session]) });
    const all = `TRUNCATE ${tables.join(", ")} CASCADE`;
    const documents = fc.sample(documentFor, { numRuns: server === "18" ? 60 : 20, seed: 7 });
    for (const document of documents) {
      await run(all);
      // In a transaction of the caller it is the statement for all.
      await get().inside((db) => db.apply("everything", document, { unguarded: true }));
      const expected = await contents();
      for (const own of [session(), text]) {
        await run(all);
        const outcome = await databaseOver(own, plan).apply("everything", document, { unguarded: true });
        expect(outcome).toMatchObject({ outcome: "inserted" });
        expect(await contents()).toEqual(expected);
      }
    }
  });
});
