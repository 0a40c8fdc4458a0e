import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { serialize } from "bson7";
import { describe, expect, it } from "vitest";
import { cli, mapping, scratch } from "./cli.ts";

const { folder, file } = scratch();
const map = file("mapping.json", JSON.stringify(mapping));
const users = Array.from({ length: 3 }, (_, index) => serialize({ _id: `u${index}`, name: "x".repeat(index) }));
const bson = Buffer.concat(users);
const run = (path: string, ...more: string[]) => cli(["roundtrip", path, "-m", map, "-c", "users", ...more]);

describe("bad files: exit code 2, the place, no stack", () => {
  const length = users[0]?.length as number;
  const big = "x".repeat(1_200_000);
  it.each([
    ["a cut document", "cut.bson", bson.subarray(0, bson.length - 4), `document 2, at byte ${bson.length - (users[2]?.length as number)}, says it has ${users[2]?.length} bytes, but only ${(users[2]?.length as number) - 4} are there`],
    ["a cut length", "short.bson", bson.subarray(0, length + 2), `document 1, at byte ${length}, has only 2 of the 4 bytes of its length`],
    ["a length that is none", "length.bson", Buffer.concat([users[0] as Uint8Array, Buffer.from([1, 0, 0, 0, 0])]), `no BSON document at byte ${length} (document 1)`],
    ["JSON that is called BSON", "json.bson", '{"_id":1}', "say `--format json`"],
    ["a mongodump archive", "dump.bson", Buffer.from([0x6d, 0xe2, 0x99, 0x81, 1, 2, 3, 4]), "mongodump archive"],
    ["a cut gzip file", "cut.bson.gz", gzipSync(bson).subarray(0, 40), "cut off: its gzip data ends early"],
    ["a damaged gzip file", "odd.bson.gz", gzipSync(bson).map((byte, index, all) => (index === all.length - 6 ? byte ^ 1 : byte)), "damaged: its gzip data cannot be unpacked"],
    ["a bad line", "bad.ndjson", '{"_id":1}\n\n{"_id":2,}\n', "line 3, byte 10: "],
    ["a line that ends in a document", "half.ndjson", '{"_id":\n1}\n', "line 1, byte "],
    ["a bad value in an array", "bad.json", '[{"_id":1},\n {"_id":{"$numberLong":"x"}}]', "line 2, byte "],
    ["a bad value far behind", "far.json", `[{"_id":"${big}"},\n{"_id":"${big}"},\n{"_id":"a"}\n, {"_id":nope}]`, "line 4, byte 10: "],
    ["an array that is not closed", "open.json", '[{"_id":1}', "the array is not closed"],
    ["a document that is not closed", "unclosed.json", '{"_id":1}\n{"_id":{"a":1}\n', "line 2, byte 1: a document is not closed"],
    ["an array without commas", "commas.json", '[{"_id":1}\n{"_id":2}]', "line 2, byte 1: expected `,` or `]` after a document"],
    ["a value that is no document", "number.json", "[5]", "line 1, byte 2: "],
    ["no UTF-8", "utf8.ndjson", Buffer.concat([Buffer.from('{"_id":"'), Buffer.from([0xff]), Buffer.from('"}\n')]), "not UTF-8"],
  ])("%s", async (_, name, content, message) => {
    const { code, out, err } = await run(file(name, content), "--json");
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { message: expect.stringContaining(name) } });
    expect(err).not.toContain("    at ");
  });

  it("a document whose inside is damaged is refused by name, the others go on", async () => {
    const odd = Buffer.from(users[1] as Uint8Array);
    odd[4] = 0x77;
    const { code, out, err } = await run(file("inside.bson", Buffer.concat([users[0] as Uint8Array, odd, users[2] as Uint8Array])), "--json");
    expect([code, JSON.parse(out)]).toMatchObject([1, { documents: 3, identical: 2, differing: 1 }]);
    expect(err).toContain("inside.bson[1]  refused");
  });
});

describe("big files", () => {
  // Several batches; a document longer than a batch; documents across every boundary of chunks.
  const many = Array.from({ length: 4000 }, (_, index) => serialize({ _id: `u${index}`, name: "é".repeat(index % 700), odd: [index, { nested: "]}\"" }], big: index === 1500 ? "y".repeat(3_000_000) : "" }));
  const content = Buffer.concat(many);

  it.each([
    ["users.bson", content],
    ["users.bson.gz", gzipSync(content)],
  ])("%s comes in batches", async (name, bytes) => {
    const { code, out, err } = await run(file(name, bytes), "--json");
    expect([code, err, JSON.parse(out)]).toMatchObject([0, "", { documents: 4000, identical: 4000 }]);
  });

  it("so do rows, and the documents of rows in every format", async () => {
    const rows = join(folder, "rows");
    expect((await cli(["rows", file("all.bson", content), "-m", map, "-c", "users", "--as", "copy-binary", "--out", rows])).code).toBe(0);
    const { bytes } = await cli(["documents", rows, "-m", map, "-c", "users", "--as", "bson"]);
    const lines = (await cli(["documents", rows, "-m", map, "-c", "users"])).out;
    for (const [name, given] of [["back.bson", bytes], ["back.ndjson", lines], ["back.json", `[${lines.trimEnd().replaceAll("\n", ",\n")}]`]] as const) {
      const back = await run(file(name, given), "--json");
      expect(JSON.parse(back.out)).toMatchObject({ documents: 4000, identical: 4000 });
    }
  });
});
