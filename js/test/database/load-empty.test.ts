import { compile } from "rowlens";
import { describe, expect, it } from "vitest";
import type { Batches } from "../../src/database/batches.ts";
import { load, type LoadReport } from "../../src/database/load.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { ResultRow, Session } from "../../src/database/session.ts";

// What a load into empty tables does when PostgreSQL or its source fails, in an order that no server can be made to keep.

const users = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "text" }, complement: "rest" } } }).collection("users");
const empty = (session: Session, batches: Batches): Promise<LoadReport> => load(session, users as never, batches, { into: "empty", unguarded: true });
const deadlock = new PostgresError("40P01", "deadlock detected");

/** A connection without a server, and what happened on it. */
function connection({ level = "read committed", locks = [], copies = [] }: { level?: string; locks?: (Error | undefined)[]; copies?: (Error | undefined)[] } = {}) {
  const events: string[] = [];
  let copying = 0;
  const session: Session = {
    binary: true,
    inTransaction: false,
    query: () => Promise.resolve([]),
    atomic: () => Promise.resolve([]),
    isolated: () => Promise.resolve([]),
    copyOut: () => { throw new Error("nothing is read"); },
    pipeline: async (): Promise<ResultRow[][]> => {
      const error = locks.shift();
      if (error !== undefined) throw error;
      return [[{ level }], [], []];
    },
    transaction: async (work) => {
      events.push("begin");
      return work(session).then((done) => (events.push("commit"), done), (error: unknown) => { events.push("rollback"); throw error; });
    },
    copyIn: async () => {
      events.push(`copy ${++copying}`);
      const error = copies.shift();
      await new Promise((resolve) => setTimeout(resolve, 10));
      copying--;
      events.push("copied");
      if (error !== undefined) throw error;
    },
  };
  return { session, events };
}

/** Batches, each after a while; how many were asked for, and whether the source was told that no more are wanted. */
function source(count: number, failure?: Error) {
  const state = { asked: 0, ended: false };
  async function* batches(): AsyncGenerator<object[]> {
    try {
      for (let batch = 0; batch < count; batch++) {
        state.asked++;
        yield [{ _id: String(batch) }];
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      if (failure !== undefined) throw failure;
    } finally {
      state.ended = true;
    }
  }
  return { state, batches: batches() };
}

describe("a load into empty tables", () => {
  it("copies one batch after the other", async () => {
    const { session, events } = connection();
    expect((await empty(session, source(3).batches)).counts.inserted).toBe(3);
    expect(events).toEqual(["begin", "copy 1", "copied", "copy 1", "copied", "copy 1", "copied", "commit"]);
  });

  it("begins again after a deadlock before the first document was read, and reads its source once", async () => {
    const { session, events } = connection({ locks: [deadlock, deadlock] });
    const { state, batches } = source(2);
    expect((await empty(session, batches)).counts.inserted).toBe(2);
    expect(events.filter((event) => event === "begin" || event === "rollback")).toEqual(["begin", "rollback", "begin", "rollback", "begin"]);
    expect(state.asked).toBe(2);
  });

  it("does not after a deadlock later: what was read of the source is gone", async () => {
    const { session, events } = connection({ copies: [deadlock] });
    const { state, batches } = source(5);
    await expect(empty(session, batches)).rejects.toBe(deadlock);
    expect(events).toEqual(["begin", "copy 1", "copied", "rollback"]);
    expect(state).toEqual({ asked: 2, ended: true });
  });

  it("undoes what it did only when the copy that is under way has ended, whatever its source throws", async () => {
    const failure = new Error("the source is gone");
    const { session, events } = connection();
    await expect(empty(session, source(1, failure).batches)).rejects.toBe(failure);
    expect(events).toEqual(["begin", "copy 1", "copied", "rollback"]);
  });

  it("a copy that fails while the source is waited for is told when its turn comes", async () => {
    const { session } = connection({ copies: [new PostgresError("22001", "too long")] });
    async function* slow(): AsyncGenerator<object[]> {
      yield [{ _id: "a" }];
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield [{ _id: "b" }];
    }
    await expect(empty(session, slow())).rejects.toMatchObject({ sqlstate: "22001" });
  });

  it("takes READ UNCOMMITTED, which PostgreSQL reads as READ COMMITTED, and nothing stricter", async () => {
    expect((await empty(connection({ level: "read uncommitted" }).session, source(1).batches)).documents).toBe(1);
    for (const level of ["repeatable read", "serializable"]) await expect(empty(connection({ level }).session, source(1).batches)).rejects.toMatchObject({ code: "isolation" });
  });
});
