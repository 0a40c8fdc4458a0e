import * as bson7 from "bson7";
import { describe, expect, it } from "vitest";
import { compile, encodeDocument, equalDocuments, parseExtendedJson, toExtendedJson, type Collection, type Mapping } from "rowlens";
import { escrowDocuments, escrowMapping } from "./support/escrow.ts";
import { corpus, datasets, fixtures } from "./support/fixtures.ts";
import { FORMS, throughForms } from "./support/forms.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Byte-identical through every form. */
function expectSame(collection: Collection, document: Uint8Array, what: string): void {
  const rows = collection.toRows(document);
  expect(rows.accepted, `${what} ${JSON.stringify(rows.issues)}`).toBe(1);
  const forms = throughForms(collection, rows);
  expect(forms.size).toBeGreaterThanOrEqual(7);
  for (const [form, back] of forms) if (Buffer.compare(back, document) !== 0) expect(toExtendedJson(back), `${what} by ${form}`).toBe(toExtendedJson(document));
}

/** Mappings of the corpus' field names: unmapped, and as columns of several types. */
const FIELDS = ["a", "b", "d", "i", "x", "dt", "bin", "e", "bool", "oid", "symbol", "t", "c", "regex", "dbref"];
const corpusMappings: [string, Mapping][] = [null, "text", "jsonb", "json", "numeric", "numeric(38,18)", "double precision", "integer", "bigint", "boolean", "timestamptz(3)", "uuid", "bytea", "text[]"].map((type) => [
  type ?? "no columns",
  { version: 1, collections: { c: { table: "c", key: { column: "id" }, complement: "rest", columns: type === null ? {} : Object.fromEntries(FIELDS.map((path) => [`c_${path}`, { path, type }])) } } },
]);

describe.skipIf(fixtures === undefined)("the official BSON corpus", () => {
  it.each(corpusMappings)("through %s", (_, mapping) => {
    const collection = compile(mapping, { fidelity: "exact" }).collection("c");
    let [valid, invalid] = [0, 0];
    for (const file of corpus()) {
      for (const test of file.valid ?? []) {
        for (const bson of [test.canonical_bson, test.degenerate_bson, test.converted_bson]) {
          if (bson === undefined) continue;
          expectSame(collection, Buffer.from(bson, "hex"), test.description);
          valid++;
        }
      }
      for (const test of file.decodeErrors ?? []) {
        const rows = collection.toRows(Buffer.from(test.bson, "hex"));
        expect(rows.accepted, test.description).toBeLessThan(rows.documents);
        expect(rows.issues.some((issue) => issue.severity === "error" && issue.collection === "c" && typeof issue.document === "number" && typeof issue.offset === "number"), test.description).toBe(true);
        invalid++;
      }
    }
    expect(valid).toBeGreaterThanOrEqual(728);
    expect(invalid).toBeGreaterThanOrEqual(75);
  });
});

describe.skipIf(fixtures === undefined)("the data sets", () => {
  it("come back through every form, and as objects give the same rows", () => {
    const plain = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "text" }, complement: "rest" } } }, { fidelity: "exact" }).collection("c");
    let count = 0;
    for (const [name, lines] of datasets()) {
      const documents = lines.flatMap((line) => parseExtendedJson(line));
      for (const document of documents.slice(0, 40)) expectSame(plain, document, name);
      const rows = plain.toRows(documents);
      for (const [form, back] of throughForms(plain, rows)) expect(Buffer.compare(back, Buffer.concat(documents)), `${name} by ${form}`).toBe(0);
      count += documents.length;
    }
    expect(count).toBeGreaterThan(1000);
  }, 120_000);
});

describe("the escrow example", () => {
  const all = escrowDocuments(3);

  it.each(["value", "exact"] as const)("comes back through every form, fidelity %s", (fidelity) => {
    const plan = compile(escrowMapping, { fidelity });
    for (const [name, list] of all) {
      const collection = plan.collection(name);
      const rows = collection.toRows(list.map(({ bson }) => bson));
      const seen = new Set<string>();
      for (const { bson, awkward } of list) {
        for (const [form, back] of throughForms(collection, collection.toRows(bson))) {
          seen.add(form);
          const same = fidelity === "exact" ? Buffer.compare(back, bson) === 0 : equalDocuments(back, bson);
          if (!same) expect(toExtendedJson(back), `${name} by ${form}: ${awkward ?? ""}`).toBe(toExtendedJson(bson));
        }
      }
      expect([...seen].sort()).toEqual(Object.keys(FORMS).sort());
      expect(rows.accepted).toBe(list.length);
    }
  }, 120_000);

  it("gives the same rows for objects as for raw BSON", () => {
    const plan = compile(escrowMapping, { fidelity: "exact" });
    let same = 0;
    for (const [name, list] of all) {
      const collection = plan.collection(name);
      for (const { bson, awkward } of list) {
        const object = bson7.deserialize(bson, { promoteValues: false, promoteBuffers: false, bsonRegExp: true });
        if (awkward !== undefined && Object.values(object).some((value) => value instanceof Date && Number.isNaN(value.getTime()))) {
          expect(() => collection.toRows(object)).toThrow(/invalid date/);
          continue;
        }
        const own = encodeDocument(object);
        // Names that repeat and the like are lost in any object; everything generated is not.
        if (awkward === undefined) expect(hex(own), name).toBe(hex(bson));
        const [fromBytes, fromObject] = [collection.toRows(own), collection.toRows(object)];
        fromBytes.tables.forEach((table, index) => expect(hex(fromObject.tables[index]?.tuples ?? new Uint8Array()), `${name} ${table.name}`).toBe(hex(table.tuples)));
        if (hex(own) === hex(bson)) same++;
      }
    }
    expect(same).toBeGreaterThan(800);
  });
});

describe("hostile bytes", () => {
  const payments = compile(escrowMapping, { fidelity: "exact" }).collection("payments");
  const [good, other] = (escrowDocuments(3).get("payments") ?? []).filter(({ awkward }) => awkward === undefined).map(({ bson }) => bson) as [Uint8Array, Uint8Array];

  it("a document cut at any byte is an issue; the documents before it go on", () => {
    for (let length = 1; length < good.length; length++) {
      const rows = payments.toRows(Buffer.concat([other, good.subarray(0, length)]));
      expect(rows.accepted, `cut at ${length}`).toBe(1);
      expect(rows.issues.at(-1)).toMatchObject({ severity: "error", collection: "payments", document: 1 });
    }
    expect(hex(payments.toDocuments(payments.toRows(good)).bson)).toBe(hex(good));
  });

  it("a document cut inside its own length is an issue; the rest of the batch goes on", () => {
    for (let length = 5; length < good.length; length += 3) {
      const cut = Buffer.from(good.subarray(0, length));
      cut.writeInt32LE(length);
      const rows = payments.toRows([other, cut, other]);
      expect(rows.documents, `cut at ${length}`).toBe(3);
      // A cut between two elements may leave a shorter document that is a document.
      expect(rows.accepted).toBeGreaterThanOrEqual(2);
      if (rows.accepted === 2) expect(rows.issues.some((issue) => issue.document === 1 && issue.severity === "error" && typeof issue.offset === "number")).toBe(true);
    }
  });

  it("any byte changed to any of a few values neither throws nor breaks what comes after", () => {
    let refused = 0;
    for (let at = 0; at < good.length; at++) {
      for (const byte of [0x00, 0x7f, 0x80, 0xff, (good[at] as number) ^ 1]) {
        const bad = Uint8Array.from(good);
        bad[at] = byte;
        const rows = payments.toRows([other, bad]);
        expect(rows.accepted).toBeGreaterThanOrEqual(1);
        refused += rows.accepted < rows.documents ? 1 : 0;
        if (at > 3 && rows.accepted === 2 && rows.documents === 2) expect(hex(payments.toDocuments(rows).bson.subarray(other.length)), `byte ${at} = ${byte}`).toBe(hex(bad));
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(hex(payments.toDocuments(payments.toRows(good)).bson)).toBe(hex(good));
  }, 120_000);

  it("depth bombs, lengths near 2^31 and noise are issues", () => {
    const deep = (levels: number): Buffer => {
      let inner = Buffer.from("0500000000", "hex");
      for (let level = 0; level < levels; level++) {
        const head = Buffer.alloc(7);
        head.writeInt32LE(inner.length + 8);
        head[4] = 3;
        head[5] = 0x61;
        inner = Buffer.concat([head, inner, Buffer.of(0)]);
      }
      return inner;
    };
    for (const levels of [99, 150, 1000, 5000]) {
      const rows = payments.toRows([deep(levels), other]);
      expect(rows.accepted).toBeGreaterThanOrEqual(1);
      if (rows.accepted === 2) expect(hex(payments.toDocuments(rows).documents.find((document) => document.length !== other.length) ?? new Uint8Array())).toBe(hex(deep(levels)));
    }
    for (const length of [0, 1, 4, -1, 0x7fffffff, -0x80000000, 0x7ffffff0]) {
      const head = Buffer.alloc(64);
      head.writeInt32LE(length);
      expect(payments.toRows(Buffer.concat([other, head])).accepted, String(length)).toBe(1);
    }
    // A string that claims to be longer than everything.
    const lying = Buffer.from("1000000002610000000000000000000000", "hex").subarray(0, 16);
    lying.writeInt32LE(0x7fffffff, 7);
    expect(payments.toRows([other, lying]).accepted).toBe(1);
    expect(hex(payments.toDocuments(payments.toRows(good)).bson)).toBe(hex(good));
  });

  it("hostile tuples on the way back are refused, and the module stays usable", () => {
    const rows = payments.toRows(good);
    const tuples = rows.tables[0]?.tuples as Uint8Array;
    for (let length = 1; length < tuples.length; length += 7) {
      const back = payments.toDocuments({ payments: { tuples: tuples.subarray(0, length) } });
      expect(back.issues.length, `cut at ${length}`).toBeGreaterThan(0);
    }
    expect(hex(payments.toDocuments(rows).bson)).toBe(hex(good));
  });
});
