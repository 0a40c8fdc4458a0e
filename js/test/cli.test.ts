import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as bson7 from "bson7";
import { describe, expect, it } from "vitest";
import { VERSION } from "rowlens";
import { cli, mapping, scratch } from "./cli.ts";

const { Binary, Decimal128, Double, EJSON, Long, ObjectId, serialize } = bson7;
const { folder, file } = scratch();
const map = file("mapping.json", JSON.stringify(mapping));
const documents = [
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3b"), amount: Decimal128.fromString("12.50"), status: "paid", count: Long.fromString("9007199254740993"), rate: new Double(Number.NaN), tags: ["a\tb", 'c"d\\'], meta: { x: new Double(5), y: null, text: "é\n" }, notes: [{ a: [1, "]"] }, 7, null], raw: new Binary(Uint8Array.of(0, 255, 92)), createdAt: new Date(1_700_000_000_123), events: [{ kind: "created", labels: { en: "new", "a.b": "neu" } }, { kind: "it's\n\\." }], legacyNote: "call first" },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3c"), amount: "12.50", status: "odd", meta: null, rate: new Double(-0), events: [] },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3d"), events: [{ labels: {} }] },
];
const bson = Buffer.concat(documents.map((document) => serialize(document)));
const lines = documents.map((document) => `${EJSON.stringify(document, { relaxed: false })}\n`).join("");
const ndjson = file("payments.ndjson", lines);
const dump = file("payments.bson", bson);
const summary = { documents: 3, identical: 3, differing: 0 };

describe("help", () => {
  it("lists commands and exit codes", async () => {
    const { code, out } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const name of ["check", "explain", "ddl", "rows", "documents", "roundtrip", "Exit codes"]) expect(out).toContain(name);
  });

  it.each(["check", "explain", "ddl", "rows", "documents", "roundtrip"])("tells about %s, its options and exit codes", async (name) => {
    const { code, out, err } = await cli([name, "--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^rowlens /);
    expect(out).toContain("--mapping FILE");
    expect(out).toContain("Exit codes");
  });

  it("says its version, and how it is used where nothing is asked", async () => {
    expect((await cli(["--version"])).out).toBe(`${VERSION}\n`);
    const nothing = await cli([]);
    expect([nothing.code, nothing.out]).toEqual([2, ""]);
    expect(nothing.err).toContain("Usage");
  });
});

describe("misuse", () => {
  it.each([
    [["roundtip"], "did you mean `roundtrip`?"],
    [["roundtrip", ndjson], "--mapping FILE"],
    [["roundtrip", "-m", map], "which files?"],
    [["roundtrip", ndjson, "-m", map, "-c", "paymets"], "there is no collection `paymets` in the mapping; did you mean `payments`?"],
    [["roundtrip", ndjson, "-m", map, "--fidelty", "exact"], "there is no option `--fidelty`; did you mean `--fidelity`?"],
    [["roundtrip", ndjson, "-m", map, "--fidelity", "exakt"], "did you mean `exact`?"],
    [["roundtrip", ndjson, "--mapping"], "`--mapping` needs a value"],
    [["roundtrip", `${folder}/nope.bson`, "-m", map], "there is no such file"],
    [["roundtrip", ndjson, "-m", `${folder}/nope.json`], "there is no such file"],
    [["ddl", map, map], "takes one mapping"],
    [["rows", ndjson, "-m", map, "--table", "payment_event"], "did you mean `payment_events`?"],
    [["rows", ndjson, "-m", map, "--as", "copy-binary"], "--out FOLDER"],
    [["check", ndjson, map], "which of the files is the mapping?"],
  ])("%j", async (args, message) => {
    const { code, out, err } = await cli(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).not.toContain("    at ");
  });

  it("asks for the collection where nothing tells it", async () => {
    const odd = file("paymets.ndjson", lines);
    const { code, err } = await cli(["roundtrip", odd, "-m", map]);
    expect(code).toBe(2);
    expect(err).toContain("--collection payments");
  });

  it("is data under --json", async () => {
    const { code, out } = await cli(["roundtrip", ndjson, "-m", map, "-c", "paymets", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "unknown-collection" } });
  });
});

describe("check, explain, ddl", () => {
  const bad = file("bad.json", JSON.stringify({ version: 1, collections: { a: { table: "a", key: { column: "id", as: "odd" }, columns: { x: { path: "x", type: "nope" } }, complement: "rest" } } }));

  it("checks a mapping", async () => {
    const { code, out } = await cli(["check", map]);
    expect([code, out]).toEqual([0, "the mapping is fine: 2 collections, 4 tables\n"]);
  });

  it("says all faults of a mapping, with path and help", async () => {
    const checked = await cli(["check", bad]);
    expect(checked.code).toBe(1);
    for (const text of ["2 faults", "collections.a.key.as", "collections.a.columns.x.type", "use uuid, hex"]) expect(checked.out).toContain(text);
    const machine = await cli(["check", bad, "--json"]);
    expect(machine.code).toBe(1);
    expect((JSON.parse(machine.out) as { mapping: { path: string }[] }).mapping.map((issue) => issue.path)).toEqual(["collections.a.key.as", "collections.a.columns.x.type"]);
  });

  it.each(["ddl", "explain"])("%s of a bad mapping is no answer", async (name) => {
    const { code, out, err } = await cli([name, bad]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("collections.a.columns.x.type");
  });

  it("counts what documents meet", async () => {
    const { code, out } = await cli(["check", ndjson, "-m", map, "--json"]);
    expect(code).toBe(0);
    const result = JSON.parse(out) as { examples: { code: string; place: string; path: string }[] };
    expect(result).toMatchObject({ ok: true, documents: 3, refused: 0, issues: { "value-misfit": expect.any(Number), "unknown-field": 1 } });
    expect(result.examples.find((issue) => issue.code === "unknown-field")).toMatchObject({ place: `${ndjson}[0]`, path: "legacyNote" });
    expect((await cli(["check", ndjson, "-m", map, "--strict"])).code).toBe(1);
  });

  it("refuses documents whose key has no room", async () => {
    const whole = file("numbers.json", JSON.stringify({ version: 1, collections: { numbers: { table: "numbers", key: { column: "id", as: "integer" }, complement: "rest" } } }));
    const { code, out } = await cli(["check", "-", "-m", whole], { input: '{"_id":1}{"_id":"x"}' });
    expect(code).toBe(1);
    expect(out).toContain("2 documents, 1 refused");
    expect(out).toContain("key-unrepresentable");
    expect(out).toContain("(stdin[1])");
  });

  it("explains", async () => {
    const { code, out } = await cli(["explain", map, "--collection", "users"]);
    expect(code).toBe(0);
    expect(out).toContain("collection users");
    expect(out).not.toContain("payment_events");
    expect(JSON.parse((await cli(["explain", map, "--json"])).out)).toMatchObject({ collections: [{ name: "payments" }, { name: "users" }], warnings: [] });
  });

  it("prints DDL", async () => {
    const { code, out } = await cli(["ddl", "--mapping", map]);
    expect(code).toBe(0);
    expect(out).toContain('CREATE TABLE "payment_events"');
    expect((await cli(["ddl", map, "--if-not-exists"])).out).toContain("IF NOT EXISTS");
  });
});

describe("roundtrip", () => {
  const folderOfDump = join(folder, "dump");
  mkdirSync(folderOfDump);

  it("prints exactly the summary for machines", async () => {
    const { code, out } = await cli(["roundtrip", ndjson, "--mapping", map, "--collection", "payments", "--json"]);
    expect(code).toBe(0);
    const result = JSON.parse(out) as { complement: object };
    expect(Object.keys(result)).toEqual(["documents", "identical", "differing", "complement", "issues"]);
    expect(Object.keys(result.complement)).toEqual(["documents", "bytes"]);
    expect(result).toMatchObject({ ...summary, complement: { documents: expect.any(Number), bytes: expect.any(Number) }, issues: { "unknown-field": 1 } });
  });

  it.each([
    ["an array", "payments.json", JSON.stringify(documents.map((document) => EJSON.serialize(document, { relaxed: false })), null, 2)],
    ["one document", "one.json", EJSON.stringify(documents[0] as object, { relaxed: true })],
    ["documents one after the other", "several.json", lines],
    [".jsonl with a byte order mark, blank lines and no line end", "lines.jsonl", `\ufeff${lines.replaceAll("\n", "\r\n\n").trimEnd()}`],
    [".bson", "again.bson", bson],
    [".bson.gz", "again.bson.gz", gzipSync(bson)],
    ["two gzip members", "members.ndjson.gz", Buffer.concat([gzipSync(lines.slice(0, 100)), gzipSync(lines.slice(100))])],
    ["nothing", "empty.bson", ""],
  ])("reads %s", async (_, name, content) => {
    const path = file(name, content);
    const { code, out, err } = await cli(["roundtrip", path, "-m", map, "-c", "payments", "--json", "--fidelity", "exact"]);
    expect([code, err]).toEqual([0, ""]);
    const expected = name === "one.json" ? 1 : name === "empty.bson" ? 0 : 3;
    expect(JSON.parse(out)).toMatchObject({ documents: expected, identical: expected, differing: 0 });
  });

  it.each([
    ["BSON", bson, []],
    ["gzip", gzipSync(bson), []],
    ["Extended JSON", lines, []],
    ["what --format says", lines, ["--format", "ndjson"]],
  ])("reads %s from stdin", async (_, input, more) => {
    const { code, out } = await cli(["roundtrip", "-", "-m", map, "-c", "payments", "--json", ...more], { input });
    expect([code, JSON.parse(out)]).toMatchObject([0, summary]);
  });

  it("takes a folder as mongodump writes it, and files of several collections", async () => {
    for (const [name, content] of [["payments.bson", bson], ["payments.metadata.json", "{}"], ["users.bson.gz", gzipSync(serialize({ _id: "ann", name: "Ann" }))], ["others.bson", bson]] as const) file(`dump/${name}`, content);
    const { code, out, err } = await cli(["roundtrip", folderOfDump, ndjson, "-m", map, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { documents: 7, identical: 7 }]);
    expect(err).toContain("the mapping has no collection `others`");
  });

  it("H44: roundtrip names documents that differ and where, and exits with 1", async () => {
    const lossy = file("lossy.json", JSON.stringify({ version: 1, collections: { payments: { table: "payments", key: { column: "id", as: "uuid" }, columns: { amount: { path: "amount", type: "numeric" } }, complement: null } } }));
    const { code, out, err } = await cli(["roundtrip", dump, "-m", lossy, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ documents: 3, identical: 0, differing: 3, complement: { documents: 0, bytes: 0 } });
    expect(err).toContain(`differs  ${dump}[0]  at \`status\`: was "paid", came back as nothing`);
    const human = await cli(["roundtrip", dump, "-m", lossy]);
    expect([human.code, human.out.split("\n")[0]]).toEqual([1, "3 documents, 0 identical, 3 differing"]);
  });

  it("tells key order apart under exact only", async () => {
    const swapped = file("swapped.ndjson", '{"name":"Ann","_id":"a"}\n{"_id":"b","name":"Bob"}\n');
    const plain = file("plain.json", JSON.stringify({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "text" }, columns: { name: { path: "name", type: "text" } }, complement: null } } }));
    expect((await cli(["roundtrip", swapped, "-m", plain, "-c", "users", "--fidelity", "value"])).code).toBe(0);
    const exact = await cli(["roundtrip", swapped, "-m", plain, "-c", "users", "--fidelity", "exact"]);
    expect(exact.code).toBe(1);
    expect(exact.err).toContain('swapped.ndjson[0]  keys were ["name","_id"], came back as ["_id","name"]');
    expect(exact.out).toContain("2 documents, 1 identical, 1 differing");
  });

  it("counts a refused document as differing, the others not", async () => {
    const whole = file("whole.json", JSON.stringify({ version: 1, collections: { numbers: { table: "numbers", key: { column: "id", as: "integer" }, complement: "rest" } } }));
    const { code, out, err } = await cli(["roundtrip", "-", "-m", whole, "--json"], { input: '{"_id":1}\n{"_id":"x"}\n{"_id":3}' });
    expect([code, JSON.parse(out)]).toMatchObject([1, { documents: 3, identical: 2, differing: 1, issues: { "key-unrepresentable": 1 } }]);
    expect(err).toContain("differs  stdin[1]  refused: ");
  });

  it("says so where two documents share an `_id`", async () => {
    const { code, err } = await cli(["roundtrip", "-", "-m", map, "-c", "payments"], { input: `{"_id":1,"events":[{"kind":"a"}]}{"_id":1,"events":[{"kind":"b"}]}` });
    expect(code).toBe(1);
    expect(err).toContain("another document has the same `_id`");
  });

  it("lets keys that are looked up have stand-ins, or takes id_map's", async () => {
    const looked = file("looked.json", JSON.stringify({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, complement: "rest" } } }));
    const users = file("users.ndjson", '{"_id":"ann"}\n{"_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"}}\n');
    const stood = await cli(["roundtrip", users, "-m", looked, "--json"]);
    expect([stood.code, JSON.parse(stood.out)]).toMatchObject([0, { documents: 2, identical: 2, issues: {} }]);
    expect(stood.err).toContain("stand-ins");
    expect((await cli(["rows", users, "-m", looked])).code).toBe(1);
    const ids = file("id_map.tsv", 'users\t"ann"\t7\nusers\t{"$oid":"65f1a2b3c4d5e6f708192a3b"}\t-8\n');
    const rows = await cli(["rows", users, "-m", looked, "--id-map", ids, "--table", "users"]);
    expect([rows.code, rows.out]).toEqual([0, '{"id":"7"}\n{"id":"-8"}\n']);
    expect((await cli(["rows", users, "-m", looked, "--id-map", file("odd.tsv", "users\t7\n")])).err).toContain("line 1: expected three fields");
    const out = join(folder, "looked");
    await cli(["rows", users, "-m", looked, "--id-map", ids, "--out", out]);
    expect((await cli(["documents", out, "-m", looked, "--id-map", ids])).out).toBe(readFileSync(users, "utf8"));
  });
});
