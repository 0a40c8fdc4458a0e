import { pgliteSession } from "../../src/adapters/pglite.ts";
import { pglite } from "../support/servers/index.ts";
import { oddSettings, sessionSuite } from "./suite.ts";

sessionSuite("PGlite", true, async () => {
  const database = await pglite();
  await database.exec(oddSettings("session"));
  return { session: pgliteSession(database), inside: (work) => database.transaction((own) => work(pgliteSession(own))), lent: () => 0, close: () => database.close() };
});
