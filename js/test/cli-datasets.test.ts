import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { equalDocuments, splitBson } from "rowlens";
import { cli, scratch } from "./cli.ts";
import { escrowDocuments, escrowMapping } from "./support/escrow.ts";
import { corpus, datasets, fixtures } from "./support/fixtures.ts";

const { folder, file } = scratch();
const plain = file("plain.json", JSON.stringify({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "text" }, complement: "rest" } } }));

describe.skipIf(fixtures === undefined)("the fixtures", () => {
  it("data sets come back to the byte, folder by folder", async () => {
    const folders = readdirSync(join(fixtures as string, "datasets")).map((name) => join(fixtures as string, "datasets", name));
    const { code, out } = await cli(["roundtrip", ...folders, "-m", plain, "-c", "c", "--fidelity", "exact", "--json"]);
    const documents = datasets().reduce((sum, [, lines]) => sum + lines.length, 0);
    expect([code, JSON.parse(out)]).toMatchObject([0, { documents, identical: documents, differing: 0 }]);
    expect(documents).toBeGreaterThan(10_000);
  });

  it("so does the official corpus, as one dump", async () => {
    const valid = corpus().flatMap((part) => (part.valid ?? []).map((test) => Buffer.from(test.canonical_bson, "hex")));
    const { code, out } = await cli(["roundtrip", file("corpus.bson.gz", gzipSync(Buffer.concat(valid))), "-m", plain, "--fidelity", "exact", "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { documents: valid.length, identical: valid.length }]);
    expect(valid.length).toBeGreaterThanOrEqual(728);
  });

  it("claims become rows of three tables and documents again", async () => {
    const mapping = file("claims.json", JSON.stringify({
      version: 1,
      collections: {
        fhir_claim: {
          table: "claims",
          key: { column: "id", as: "text" },
          columns: { status: { path: "status", type: "text" }, created: { path: "created", type: "timestamptz(3)" }, total: { path: "total.value", type: "numeric" } },
          children: [{ table: "claim_items", path: "item[]", columns: { sequence: { path: "sequence", type: "integer" } }, children: [{ table: "claim_item_encounters", path: "encounter[]", columns: { reference: { path: "reference", type: "text" } } }] }],
          complement: "doc_rest",
        },
      },
    }));
    const claims = join(fixtures as string, "datasets/derived-typed/fhir_claim.ndjson");
    const rows = join(folder, "claims");
    const written = await cli(["rows", claims, "-m", mapping, "--as", "copy-text", "--out", rows, "--json"]);
    const { documents, tables } = JSON.parse(written.out) as { documents: number; tables: Record<string, number> };
    expect(tables.claims).toBe(documents);
    expect(tables.claim_items).toBeGreaterThan(documents);
    const back = await cli(["documents", rows, "-m", mapping, "--out", join(folder, "claims.bson"), "--json"]);
    expect([back.code, JSON.parse(back.out)]).toMatchObject([0, { documents }]);
    const again = await cli(["roundtrip", join(folder, "claims.bson"), "-m", mapping, "-c", "fhir_claim", "--json"]);
    expect(JSON.parse(again.out)).toMatchObject({ documents, identical: documents });
  });
});

describe("the escrow example", () => {
  it("is one folder of dumps, whatever its documents are like", async () => {
    const mapping = file("escrow.json", escrowMapping);
    const dump = join(folder, "escrow");
    mkdirSync(dump);
    const all = [...escrowDocuments(1)];
    for (const [name, documents] of all) file(`escrow/${name}.bson`, Buffer.concat(documents.map((document) => document.bson)));
    const count = all.reduce((sum, [, documents]) => sum + documents.length, 0);
    const { code, out } = await cli(["roundtrip", dump, "-m", mapping, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { documents: count, identical: count }]);
    // And through files of rows: the payments.
    const payments = join(dump, "payments.bson");
    const rows = join(folder, "escrow-rows");
    const back = join(folder, "back.bson");
    await cli(["rows", payments, "-m", mapping, "--out", rows]);
    expect((await cli(["documents", rows, "-m", mapping, "--out", back])).code).toBe(0);
    const [before, after] = [splitBson(readFileSync(payments)), splitBson(readFileSync(back))];
    expect(after).toHaveLength(before.length);
    for (const [index, document] of before.entries()) expect(equalDocuments(document, after[index] as Uint8Array)).toBe(true);
  });
});
