import * as bson5 from "bson5";
import * as bson6 from "bson6";
import * as bson7 from "bson7";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, encodeDocument, equalDocuments, toExtendedJson, type TableRows } from "rowlens";
import { FORMS, inForm, Inexact, throughForms } from "./support/forms.ts";
import { documentFor, mapping } from "./support/mapping.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe.each(["value", "exact"] as const)("fidelity %s", (fidelity) => {
  const everything = compile(mapping, { fidelity }).collection("everything");
  const same = (a: Uint8Array, b: Uint8Array): boolean => (fidelity === "exact" ? Buffer.compare(a, b) === 0 : equalDocuments(a, b));

  it("GetPut: any document comes back through every form", () => {
    fc.assert(
      fc.property(documentFor, (document) => {
        const rows = everything.toRows(document);
        expect(rows.accepted, JSON.stringify(rows.issues)).toBe(1);
        const forms = throughForms(everything, rows);
        expect(forms.has("COPY text")).toBe(true);
        for (const [form, back] of forms) if (!same(document, back)) expect(toExtendedJson(back), form).toBe(toExtendedJson(document));
      }),
      { numRuns: 700 },
    );
  }, 300_000);

  it("PutGet: the rows of documents that came back are the same, through every form", () => {
    fc.assert(
      fc.property(fc.array(documentFor, { minLength: 1, maxLength: 3 }), (documents) => {
        const rows = everything.toRows(documents);
        const keys = rows.tables[0]?.objects(plain).map((row) => row.id) ?? [];
        fc.pre(new Set(keys).size === keys.length);
        for (const [name, form] of Object.entries(FORMS)) {
          try {
            const again = everything.toRows(everything.toDocuments(inForm(rows, form)).bson);
            // Under fidelity `value` keys have no order, and so the complement's have none.
            if (fidelity === "exact") rows.tables.forEach((table, index) => expect(hex(again.tables[index]?.tuples ?? new Uint8Array()), `${name} ${table.name}`).toBe(hex(table.tuples)));
            else rows.tables.forEach((table, index) => expect(sorted(again.tables[index]), `${name} ${table.name}`).toEqual(sorted(table)));
          } catch (error) {
            if (!(error instanceof Inexact)) throw error;
          }
        }
      }),
      { numRuns: 100 },
    );
  }, 300_000);
});

const plain = { date: "string", onInexact: () => undefined } as const;

/** Rows; those of a map in an order of their own. */
function sorted(table: TableRows | undefined): unknown[] {
  const rows = table?.objects(plain) ?? [];
  const place = (row: Record<string, unknown>): string => JSON.stringify([row.everything_id, row.key]);
  return table?.name.endsWith("_map") ? rows.sort((a, b) => (place(a) < place(b) ? -1 : 1)) : rows;
}

const hasInvalidDate = (value: unknown): boolean =>
  value instanceof Date ? Number.isNaN(value.getTime()) : typeof value === "object" && value !== null && Object.values(value).some(hasInvalidDate);

describe("objects and raw BSON", () => {
  const everything = compile(mapping, { fidelity: "exact" }).collection("everything");
  type Bson = typeof bson7;

  it.each([["5", bson5 as unknown as Bson], ["6", bson6 as unknown as Bson], ["7", bson7]])("give the same rows, bson %s", (_, BSON) => {
    fc.assert(
      fc.property(documentFor, (raw) => {
        // What the driver gives: an object says less than bytes (names twice, odd array keys), so its own bytes count.
        const object = BSON.deserialize(raw, { promoteValues: false, promoteBuffers: false, bsonRegExp: true });
        // Dates beyond JavaScript's are invalid ones; those are refused, not stored as something else.
        fc.pre(!hasInvalidDate(object));
        const bson = BSON.serialize(object, { ignoreUndefined: true });
        expect(hex(encodeDocument(object))).toBe(hex(bson));
        const [fromBytes, fromObject] = [everything.toRows(bson), everything.toRows(object)];
        fromBytes.tables.forEach((table, index) => expect(hex(fromObject.tables[index]?.tuples ?? new Uint8Array()), table.name).toBe(hex(table.tuples)));
        expect(fromObject.issues).toEqual(fromBytes.issues);
      }),
      { numRuns: 300 },
    );
  }, 300_000);
});
