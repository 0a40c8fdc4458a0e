import { expect, it } from "vitest";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { pglite } from "../support/servers/index.ts";
import { insert, oddSettings, sessionSuite, sql } from "./suite.ts";

sessionSuite("PGlite", true, async () => {
  const database = await pglite();
  await database.exec(oddSettings("session"));
  return { session: pgliteSession(database), inside: (work) => database.transaction((own) => work(pgliteSession(own))), lent: () => 0, close: () => database.close() };
});

it("PGlite whose client_encoding is not UTF8 is refused", async () => {
  const database = await pglite();
  await database.exec("CREATE TABLE t (id int PRIMARY KEY, label text); SET client_encoding = 'LATIN1'");
  const session = pgliteSession(database);
  const refused = { code: "client-encoding", message: expect.stringContaining("LATIN1") as string };
  await expect(session.query(sql("SELECT 'a' AS a"))).rejects.toMatchObject(refused);
  await expect(session.atomic([insert(1, "ü")])).rejects.toMatchObject(refused);
  await expect(session.copyOut("COPY t TO STDOUT")[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
  await database.exec("RESET client_encoding");
  expect(await session.atomic([insert(1, "ü")])).toEqual([[{ id: "1" }]]);
  await database.close();
});
