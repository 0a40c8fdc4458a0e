import pg from "pg";
import postgres from "postgres";
import { compile } from "rowlens";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { postgresSession } from "../../src/adapters/postgres.ts";
import type { Database } from "../../src/database/database.ts";
import { databaseOver } from "../support/live.ts";
import { ownDatabase, sharedServer, type ServerName } from "../support/servers/index.ts";

const plan = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "text" }, version: { path: "v", column: "source_version" }, complement: "rest", columns: { n: { path: "n", type: "integer", bson: "number" } } } } });
/** A row that takes its time gives somebody else the lock in between. */
const SLOW = `ALTER TABLE users ADD CHECK (n <> 0);
  CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 'bad' THEN PERFORM pg_sleep(0.3); END IF; RETURN NEW; END $$;
  CREATE TRIGGER slowly BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION slowly();`;
const POISON = { _id: "bad", v: 1, n: 0 };

/** A driver whose connections wait 50 ms for a lock. */
interface Impatient {
  readonly db: Database;
  inside<T>(work: (db: Database) => Promise<T>): Promise<T>;
  end(): Promise<unknown>;
}

const impatient = {
  pg: (connection: object): Impatient => {
    const pool = new pg.Pool({ ...connection, options: "-c lock_timeout=50ms" });
    pool.on("error", () => undefined);
    return {
      db: databaseOver(pgSession(pool), plan),
      inside: async (work) => {
        const client = await pool.connect();
        await client.query("BEGIN");
        const result = await work(databaseOver(pgSession(client as never), plan));
        await client.query("COMMIT");
        client.release();
        return result;
      },
      end: () => pool.end(),
    };
  },
  postgres: (connection: object): Impatient => {
    const sql = postgres({ ...connection, max: 4, onnotice: () => undefined, connection: { lock_timeout: 50 } } as never);
    return {
      db: databaseOver(postgresSession(sql), plan),
      inside: (work) => sql.begin((own) => work(databaseOver(postgresSession(own), plan))) as never,
      end: () => sql.end({ timeout: 1 }),
    };
  },
};

const servers: [keyof typeof impatient, ServerName][] = [["pg", "18"], ["pg", "15"], ["postgres", "18"]];
describe.each(servers)("H5: where the lock is not to be had nothing is written: %s, PostgreSQL %s", async (driver, major) => {
  const server = await sharedServer(major as "18");
  describe.skipIf(server === undefined)("there", () => {
    let own: Awaited<ReturnType<typeof ownDatabase>>;
    let patient: pg.Pool;
    let late: Impatient;
    beforeAll(async () => {
      own = await ownDatabase(server as NonNullable<typeof server>, `${plan.ddl()}\n${SLOW}`);
      patient = new pg.Pool(own.connection);
      patient.on("error", () => undefined);
      late = impatient[driver](own.connection);
    }, 60_000);
    afterAll(async () => {
      await Promise.all([late.end(), patient.end()]);
      await own.drop();
    }, 60_000);
    beforeEach(() => patient.query("TRUNCATE users, rowlens_tombstones"));

    /** The delete of `a` in version 9 is under way while the work goes on, and committed after it. */
    async function whileDeleting<T>(work: (deleting: () => Promise<void>) => Promise<T>): Promise<T> {
      const client = await patient.connect();
      await client.query("BEGIN");
      const deleting = async (): Promise<void> => expect(await databaseOver(pgSession(client as never), plan).delete("users", "a", { version: 9 })).toMatchObject({ outcome: "deleted" });
      const result = await work(deleting);
      await client.query("COMMIT");
      client.release();
      return result;
    }
    const left = async (): Promise<unknown> => (await patient.query("SELECT id || '@' || source_version AS row FROM users UNION ALL SELECT key || ' deleted@' || version FROM rowlens_tombstones ORDER BY 1")).rows.map(({ row }) => row);
    const timedOut = { outcome: "failed", reason: "throttle", sqlstate: "55P03" };

    it("one, in the caller's transaction and in its own", async () => {
      for (const write of [() => late.inside((db) => db.apply("users", { _id: "a", v: 5 })), () => late.db.apply("users", { _id: "a", v: 5 })]) {
        await patient.query("TRUNCATE users, rowlens_tombstones");
        expect(await whileDeleting(async (deleting) => {
          await deleting();
          return write();
        })).toMatchObject(timedOut);
        expect(await left()).toEqual(["a deleted@9"]);
      }
    });

    it("many with a poisoned one, in the caller's transaction and in its own; and by a load", async () => {
      const batch = [{ _id: "a", v: 5 }, POISON, { _id: "c", v: 1 }];
      const loaded = async (db: Database): Promise<unknown[]> => {
        const outcomes: unknown[] = [];
        await db.load("users", [batch], { onOutcome: (outcome) => (outcomes[outcome.document] = outcome) });
        return outcomes;
      };
      const many = async (db: Database): Promise<readonly unknown[]> => (await db.applyMany("users", batch)).outcomes;
      for (const write of [() => late.inside(many), () => many(late.db), () => late.inside(loaded), () => loaded(late.db)]) {
        await patient.query("TRUNCATE users, rowlens_tombstones");
        const outcomes = await whileDeleting(async (deleting) => {
          await deleting();
          return write();
        });
        expect(outcomes[0]).toMatchObject(timedOut);
        // Whatever is said of the others, it is true.
        const said = outcomes.flatMap((outcome, index) => ((outcome as { outcome: string }).outcome === "inserted" ? [`${batch[index]?._id}@${batch[index]?.v}`] : []));
        expect(await left()).toEqual(["a deleted@9", ...said]);
      }
    });

    it("where the delete comes between the whole, which is refused, and each by itself", async () => {
      for (const write of [() => late.inside((db) => db.applyMany("users", [{ _id: "a", v: 5 }, POISON])), () => late.db.applyMany("users", [{ _id: "a", v: 5 }, POISON])]) {
        await patient.query("TRUNCATE users, rowlens_tombstones");
        const { outcomes } = await whileDeleting(async (deleting) => {
          const writing = write();
          // The delete waits for the lock, which it gets when the whole is undone.
          await new Promise((resolve) => setTimeout(resolve, 100));
          await deleting();
          return writing;
        });
        expect(outcomes).toMatchObject([timedOut, { outcome: "failed", reason: "check-failed" }]);
        expect(await left()).toEqual(["a deleted@9"]);
      }
    });
  });
});
