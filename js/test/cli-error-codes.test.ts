import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { cli, mapping, scratch } from "./cli.ts";

const { folder, file } = scratch();
const known = file("mapping.json", JSON.stringify(mapping));
const map = ["--mapping", known];
const users = file("users.ndjson", '{"_id":"a","name":"Ada"}\n');
const rows = file("users.tsv", "a\tAda\t\\N\n");
const [empty, both, children] = ["empty", "both", "children"].map((name) => {
  mkdirSync(join(folder, name));
  return join(folder, name);
}) as [string, string, string];
file("both/users.tsv", "a\tAda\t\\N\n");
file("both/payments.tsv", "");
file("children/payment_events.tsv", "");

/** What ends each run without an answer. */
const RUNS: [code: string, ...args: string[]][] = [
  ["command-unknown", "rowz"],
  ["option-unknown", "ddl", known, "--verbose"],
  ["option-value", "rows", users, ...map, "--as", "xml"],
  ["argument-unknown", "ddl", known, known],
  ["mapping-needed", "roundtrip", users],
  ["file-needed", "roundtrip", ...map],
  ["file-unreadable", "roundtrip", join(folder, "nobody.bson"), ...map],
  ["gzip-invalid", "roundtrip", file("users.bson.gz", gzipSync("a".repeat(1000)).subarray(0, 20)), ...map],
  ["archive-unsupported", "roundtrip", file("users.archive", Uint8Array.of(0x6d, 0xe2, 0x99, 0x81, 0, 0, 0, 0)), "--collection", "users", ...map],
  ["collection-needed", "roundtrip", file("things.ndjson", "{}"), ...map],
  ["collection-needed", "documents", both, ...map],
  ["no-documents", "roundtrip", empty, ...map],
  ["id-map-invalid", "roundtrip", users, ...map, "--id-map", file("id_map.tsv", "users\tonly two\n")],
  ["form-unknown", "documents", file("users.rows", ""), ...map],
  ["out-needed", "rows", users, ...map, "--as", "copy-binary"],
  ["out-unwritable", "rows", users, ...map, "--out", join(users, "below-a-file")],
  ["root-needed", "documents", children, ...map],
  ["table-twice", "documents", rows, join(both, "users.tsv"), ...map],
  ["rows-invalid", "documents", file("users.pgcopy", "no header at all, whatever it says"), ...map],
  ["rows-truncated", "documents", file("payments.pgcopy", Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1")), ...map],
];

it.each(RUNS)("%s: %s %s %s", async (code, ...args) => {
  const run = await cli([...args, "--json"]);
  expect([run.code, JSON.parse(run.out || run.err)]).toMatchObject([2, { error: { code } }]);
});
