import { expect, it } from "vitest";
import { peer } from "../../src/database/peer.ts";

const load = (name: string): Promise<unknown> => import(/* @vite-ignore */ name);

it("a package that is not installed is an error that says what to install", async () => {
  await expect(peer("no-such-package", "COPY", () => load("no-such-package"))).rejects.toMatchObject({ code: "peer-missing", message: expect.stringContaining("`npm install no-such-package`") });
  expect(await peer("pg-copy-streams", "COPY", () => load("pg-copy-streams"))).toHaveProperty("from");
});

it("a package that is there and fails says so itself", async () => {
  const own = new Error("the package's own");
  await expect(peer("pg", "COPY", () => Promise.reject(own))).rejects.toBe(own);
});
