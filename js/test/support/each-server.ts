import { afterAll, beforeAll, describe } from "vitest";
import { live, type Live } from "./live.ts";
import { sharedServer, type ServerName } from "./servers/index.ts";

/** The same tests on each PostgreSQL there is; `get` is the database they share. */
export function onEachServer(what: string, mapping: object, sql: string, tests: (get: () => Live, server: ServerName) => void, servers: readonly ServerName[] = ["pglite", "18", "15"]): void {
  describe.each(servers)(`${what}, %s`, async (server) => {
    const available = server === "pglite" || (await sharedServer(server)) !== undefined;
    describe.skipIf(!available)("there", () => {
      let own: Live | undefined;
      beforeAll(async () => {
        own = await live(server, mapping, sql);
      }, 60_000);
      afterAll(() => own?.close(), 60_000);
      tests(() => own as Live, server);
    });
  });
}
