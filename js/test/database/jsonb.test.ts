import fc from "fast-check";
import { ObjectId } from "bson7";
import { expect, it } from "vitest";
import { init } from "rowlens";
import { encodeDocument } from "../../src/bson/encode-document.ts";
import { toExtendedJson } from "../../src/core/extended-json.ts";
import { compile } from "../../src/core/plan.ts";
import { compareDocuments } from "../../src/database/compare.ts";
import { useScratch } from "../support/scratch.ts";
import { anyValue, rawDocument } from "../support/arbitrary.ts";

await init();

const plan = compile({
  version: 1,
  collections: { c: { table: "c", key: { column: "id" }, columns: { one: { path: "one", type: "jsonb" }, many: { path: "many", type: "jsonb[]" }, text: { path: "text", type: "json" } }, complement: "rest" } },
});

/** Keys that jsonb orders by length first, and strings with all that is escaped. */
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.constantFrom("b", "aa", "a", "", "\u{e9}", "\u{7f}", "\u{1}\b\f\n\r\t\"\\/", "\u{2028}", "\u{1f600}", "\u{ffff}", "$date")).map((it) => it.replaceAll("\0", ""));
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(1e21, 1e-7, -0, 0.1, 1.5e300, 5e-324, 1.7976931348623157e308, 123456789012345680000, 2 ** 53));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, number, text, fc.boolean(), fc.constant(null), fc.array(tie("value"), { maxLength: 5 }), fc.array(fc.tuple(text, tie("value")), { maxLength: 6 }).map((fields) => Object.fromEntries(fields))),
}));

const scratch = useScratch("pglite");

it("JSON is printed as jsonb prints it, so that digests are equal", async () => {
  const collection = plan.collection("c");
  const id = (number: number): ObjectId => new ObjectId(number.toString(16).padStart(24, "0"));
  const seed = Number(process.env.ROWLENS_SEED ?? Date.now() % 1_000_000);
  const plain = fc.sample(fc.tuple(value, fc.array(value, { maxLength: 3 }), value), { numRuns: 1_500, seed }).map(([one, many, text], number) => encodeDocument({ _id: id(number), one, many, text }));
  const odd = fc.sample(fc.tuple(anyValue, anyValue), { numRuns: 500, seed: seed + 1 }).map(([one, many], number) => rawDocument([["_id", { type: 7, bytes: Buffer.from(id(100_000 + number).toHexString(), "hex") }], ["one", one], ["many", many]]));
  const documents = [...plain, ...odd];
  await scratch.run(plan.ddl(), async (session) => {
    const rows = collection.toRows(documents);
    expect(rows.accepted).toBe(documents.length);
    for (const table of rows.tables) await session.copyIn(table.sql.copyIn, [table.copyBinary()]);
    const report = await compareDocuments(session, collection, [documents]);
    const told = report.differences.map(({ key }) => toExtendedJson(documents.find((document) => collection.keyOf(document) === key) as Uint8Array));
    expect(told, `again with ROWLENS_SEED=${seed}`).toEqual([]);
    expect(report.equal).toBe(true);
  });
}, 60_000);
