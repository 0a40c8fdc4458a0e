import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import * as bson7 from "bson7";
import { describe, expect, it } from "vitest";
import { equalDocuments, parseExtendedJson, splitBson } from "rowlens";
import { cli, mapping, scratch } from "./cli.ts";

const { Binary, Decimal128, Double, Long, ObjectId, serialize } = bson7;
const { folder, file } = scratch();
const map = file("mapping.json", JSON.stringify(mapping));
const documents = [
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3b"), amount: Decimal128.fromString("12.50"), status: "paid", count: Long.fromString("9007199254740993"), rate: new Double(Number.NaN), tags: ["a\tb", 'c"d\\', "it's"], meta: { x: new Double(5), y: null, text: "é\n\"}" }, notes: [{ a: [1, "]"] }, 7, "x"], raw: new Binary(Uint8Array.of(0, 255, 92)), createdAt: new Date(1_700_000_000_123), events: [{ kind: "created", labels: { en: "new", "a.b": "neu" } }, { kind: "it's\n\\." }], legacyNote: "call first" },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3c"), amount: "12.50", status: "odd", meta: null, rate: new Double(-0), events: [] },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3d"), rate: new Double(1e300), events: [{ labels: {} }] },
];
const bson = documents.map((document) => serialize(document));
const dump = file("payments.bson", Buffer.concat(bson));
const same = (back: Uint8Array[]): boolean[] => bson.map((document, index) => equalDocuments(document, back[index] as Uint8Array));
const all = [true, true, true];

describe("rows and documents", () => {
  it.each([
    ["ndjson", "ndjson"],
    ["copy-text", "tsv"],
    ["copy-binary", "pgcopy"],
  ])("%s goes to one file per table and back", async (form, extension) => {
    const out = join(folder, form);
    const { code, out: printed, err } = await cli(["rows", dump, "-m", map, "--as", form, "--out", out, "--json"]);
    expect([code, err, JSON.parse(printed)]).toMatchObject([0, "", { documents: 3, refused: 0, tables: { payments: 3, payment_events: 3, payment_event_labels: 2 } }]);
    expect(readdirSync(out).sort()).toEqual([`payment_event_labels.${extension}`, `payment_events.${extension}`, `payments.${extension}`]);
    const back = await cli(["documents", out, "-m", map]);
    expect([back.code, back.err]).toEqual([0, "3 documents\n"]);
    expect(same(parseExtendedJson(back.out))).toEqual(all);
    // In files by name, packed or not, in any order.
    const packed = join(folder, `payment_events.${extension}.gz`);
    writeFileSync(packed, gzipSync(readFileSync(join(out, `payment_events.${extension}`))));
    const named = await cli(["documents", packed, join(out, `payments.${extension}`), join(out, `payment_event_labels.${extension}`), "-m", map, "--as", "bson"]);
    expect(same(splitBson(named.bytes))).toEqual(all);
  });

  it("prints rows of all tables, or of one", async () => {
    const everything = await cli(["rows", dump, "-m", map]);
    const rows = everything.out.trimEnd().split("\n").map((line) => JSON.parse(line) as { table: string; row: Record<string, unknown> });
    expect(rows.map((row) => row.table)).toEqual(["payments", "payments", "payments", "payment_events", "payment_events", "payment_events", "payment_event_labels", "payment_event_labels"]);
    expect(rows[0]?.row).toMatchObject({ amount: "12.50", count: "9007199254740993", rate: "NaN", raw: "\\x00ff5c", meta: { y: null }, created_at: "2023-11-14 22:13:20.123+00" });
    // JSON null is there, NULL is not.
    expect([rows[1]?.row.meta, "meta" in (rows[2]?.row ?? {})]).toEqual([null, false]);
    expect(everything.err).toContain("3 documents\n");
    const one = await cli(["rows", dump, "-m", map, "--table", "payment_event_labels"]);
    expect(one.out.split("\n").map((line) => (line === "" ? undefined : (JSON.parse(line) as { value: string }).value))).toEqual(["new", "neu", undefined]);
    const binary = await cli(["rows", dump, "-m", map, "--table", "payment_events", "--as", "copy-binary"]);
    expect(binary.bytes.subarray(0, 6).toString()).toBe("PGCOPY");
  });

  it("prints SQL that PostgreSQL takes, and reads what it gives", async () => {
    const database = new PGlite();
    await database.exec((await cli(["ddl", map])).out);
    await database.exec((await cli(["rows", dump, "-m", map, "--as", "sql"])).out);
    const out = join(folder, "from-postgres");
    mkdirSync(out);
    for (const [name, order] of [["payments", "id"], ["payment_events", "payments_id, position"], ["payment_event_labels", "1, 2, 3"]] as const) {
      const { blob } = await database.query(`COPY (SELECT * FROM ${name} ORDER BY ${order}) TO '/dev/blob'`);
      writeFileSync(join(out, `${name}.tsv`), Buffer.from(await (blob as Blob).arrayBuffer()));
    }
    await database.close();
    const back = await cli(["documents", out, "-m", map]);
    expect(same(parseExtendedJson(back.out))).toEqual(all);
  });

  it("reads what rows prints", async () => {
    const { out } = await cli(["rows", dump, "-m", map]);
    const back = await cli(["documents", "-", "-m", map], { input: out });
    expect([back.code, back.err]).toEqual([0, "3 documents\n"]);
    expect(same(parseExtendedJson(back.out))).toEqual(all);
    const second = out.replace('"payment_events"', '"payment_event"');
    expect((await cli(["documents", "-", "-m", map], { input: second })).err).toContain("did you mean `payment_events`?");
    expect((await cli(["documents", "-", "-m", map], { input: '{"id":1}\n' })).err).toContain('expected `{"table": …, "row": {…}}`');
    expect((await cli(["documents", "-", "-m", map], { input: '{"table":"users","row":{"id":"a"}}\n{"table":"payments","row":{}}\n' })).err).toContain("--collection");
  });

  it("prints a script for psql", async () => {
    const { out } = await cli(["rows", dump, "-m", map, "--as", "copy-text"]);
    expect(out).toMatch(/^COPY "payments" \("id", .*\) FROM stdin;\n/);
    expect(out.match(/^\\\.$/gm)).toHaveLength(3);
  });

  it("writes empty tables too", async () => {
    const out = join(folder, "empty");
    expect((await cli(["rows", file("users.bson", ""), "-m", map, "--out", out])).code).toBe(0);
    expect(readdirSync(out)).toEqual(["users.ndjson"]);
    expect(await cli(["documents", out, "-m", map])).toMatchObject({ code: 0, out: "" });
  });

  it("writes documents to a file, BSON where its name says so", async () => {
    const rows = join(folder, "ndjson");
    const target = join(folder, "back.bson");
    const { code, out } = await cli(["documents", rows, "-m", map, "--out", target, "--json"]);
    expect([code, JSON.parse(out)]).toEqual([0, { documents: 3, issues: {} }]);
    expect(same(splitBson(readFileSync(target)))).toEqual(all);
    const relaxed = await cli(["documents", rows, "-m", map, "--relaxed"]);
    expect(relaxed.out).toContain('"createdAt":{"$date":"2023-11-14T22:13:20.123Z"}');
  });

  it.each([
    ["no such table", "payment_event.ndjson", "", "did you mean `payment_events`?"],
    ["an unknown form", "payments.csv", "", "--from ndjson"],
    ["no root table", "payment_events.ndjson", "", "there is no file of a root table"],
    ["too few fields", "payments.tsv", "a\tb\n", "line 1 has 2 fields instead of"],
    ["a value of another type", "payments.ndjson", '{"id":"x"}\n', "`x` is not a uuid"],
    ["an unknown column", "payments.ndjson", '{"id":"65f1a2b3-c4d5-80e6-80f7-08192a3b6f69","amont":1}\n', "did you mean `amount`?"],
    ["no JSON", "payments.ndjson", "{]\n", "payments.ndjson`, from line 1: "],
    ["no COPY header", "payments.pgcopy", "x".repeat(40), "is not what `COPY"],
    ["a cut COPY file", "payments.pgcopy", "PGCOPY\n", "cut off"],
  ])("refuses rows with %s", async (_, name, content, message) => {
    mkdirSync(join(folder, "bad"), { recursive: true });
    const { code, out, err } = await cli(["documents", file(`bad/${name}`, content), "-m", map]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).not.toContain("    at ");
  });
});

describe("rows beyond 64 MB", () => {
  // Long keys: many bytes in few rows.
  const long = file("long.json", JSON.stringify({ version: 1, collections: { logs: { table: "logs", key: { column: "id", as: "text" }, columns: { text: { path: "text", type: "text" } }, children: [{ table: "log_tags", path: "tags[]", columns: { tag: { path: "@", type: "text" } } }], complement: "rest" } } }));
  const count = 70;
  const logs = Array.from({ length: count }, (_, index) => serialize({ _id: `log-${index}`, text: `${index}`.padEnd(1_000_000, "x"), tags: index % 3 === 0 ? [] : ["a", "b"] }));
  const rows = join(folder, "long");

  it("are read side by side", async () => {
    expect((await cli(["rows", file("logs.bson", Buffer.concat(logs)), "-m", long, "--as", "copy-binary", "--out", rows])).code).toBe(0);
    const { code, bytes } = await cli(["documents", rows, "-m", long, "--as", "bson"]);
    expect(code).toBe(0);
    const back = splitBson(bytes);
    expect(back.map((document, index) => equalDocuments(document, logs[index] as Uint8Array))).toEqual(Array.from({ length: count }, () => true));
  });

  it("must be in one order", async () => {
    const target = join(folder, "turned.bson");
    const turned = join(folder, "turned.bson-rows");
    // Tags of the same logs, last log first.
    const tags = [...logs].reverse().map((document) => serialize({ ...bson7.deserialize(document), text: "" }));
    await cli(["rows", file("tags.bson", Buffer.concat(tags)), "-m", long, "-c", "logs", "--as", "copy-binary", "--out", turned]);
    renameSync(join(rows, "logs.pgcopy"), join(turned, "logs.pgcopy"));
    const { code, out, err } = await cli(["documents", turned, "-m", long, "--out", target, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "rows-out-of-order" } });
    expect(err).toContain("not in the order of");
  });
});
