// Vitest's global setup: one server per version and run, started when the first test file asks for it.
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startCluster, type Cluster } from "../../../../scripts/servers/cluster.mjs";

/** Major versions of PostgreSQL that the tests know. */
export type Major = "15" | "18";

declare module "vitest" {
  export interface ProvidedContext {
    /** Socket that a test file writes a version to; it answers where the server is. */
    servers: string;
  }
}

/** What the socket answers: the server, or nothing where it cannot be had. */
export type Answer = { host: string; user: string } | { error: string } | null;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = new Map<Major, Promise<Cluster | undefined>>();
  const path = join(tmpdir(), `rowlens-servers-${process.pid}.sock`);
  rmSync(path, { force: true });
  const broker = createServer((client) => {
    client.once("data", async (asked) => {
      const major = String(asked) as Major;
      const server = running.get(major) ?? startCluster({ major: Number(major), settings: ["max_connections=200"] });
      running.set(major, server);
      const answer: Answer = await server.then((found) => (found ? { host: found.host, user: found.user } : null), (error: unknown) => ({ error: String(error) }));
      client.end(JSON.stringify(answer));
    });
    client.on("error", () => undefined);
  });
  broker.listen(path);
  await once(broker, "listening");
  project.provide("servers", path);
  return async () => {
    broker.close();
    for (const server of running.values()) await (await server.catch(() => undefined))?.stop();
  };
}
