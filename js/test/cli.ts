import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mapping } from "rowlens";
import { afterAll, vi } from "vitest";

export const CLI: string = fileURLToPath(new URL("../dist/cli.mjs", import.meta.url));

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** What a run of the CLI gave. */
export interface Run {
  code: number | null;
  out: string;
  bytes: Buffer;
  err: string;
}

/** Runs the built CLI as users do. */
export function cli(args: readonly string[], options: { input?: string | Uint8Array; env?: Record<string, string> } = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, FORCE_COLOR: "0", ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out: Buffer.concat(out).toString(), bytes: Buffer.concat(out), err: Buffer.concat(err).toString() }));
    // A run that ends early does not read it all.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

/** A folder for the tests of one file. */
export function scratch(): { folder: string; file(name: string, content: string | Uint8Array): string } {
  const folder = mkdtempSync(join(tmpdir(), "rowlens-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** Payments and users: every form of a table that the commands must carry. */
export const mapping: Mapping = {
  version: 1,
  enums: { payment_status: ["pending", "paid"] },
  collections: {
    payments: {
      table: "payments",
      key: { column: "id", as: "uuid" },
      columns: {
        amount: { path: "amount", type: "numeric" },
        status: { path: "status", type: "payment_status" },
        count: { path: "count", type: "bigint" },
        rate: { path: "rate", type: "double precision" },
        tags: { path: "tags", type: "text[]" },
        meta: { path: "meta", type: "jsonb" },
        notes: { path: "notes", type: "jsonb[]" },
        raw: { path: "raw", type: "bytea" },
        created_at: { path: "createdAt", type: "timestamptz(3)" },
      },
      children: [
        {
          table: "payment_events",
          path: "events[]",
          ordinal: "position",
          columns: { kind: { path: "kind", type: "text" } },
          children: [{ table: "payment_event_labels", path: "labels{}", columns: { value: { path: "@", type: "text" } } }],
        },
      ],
      complement: "doc_rest",
    },
    users: { table: "users", key: { column: "id", as: "text" }, columns: { name: { path: "name", type: "text" } }, complement: "doc_rest" },
  },
};
