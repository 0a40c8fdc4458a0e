import { describe, expect, it } from "vitest";
import { compile, encodeDocument } from "rowlens";

// Texts are looked at sixteen bytes at a time; the standard for what they are is the platform's own decoder.

const users = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "integer" }, columns: { text: { path: "text", type: "text" }, json: { path: "json", type: "jsonb" } }, complement: "rest" } } }).collection("users");
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const PLACE = "?".repeat(80);

/** A document whose two texts are `bytes`, which need not be UTF-8. */
function document(id: number, bytes: Uint8Array): Uint8Array {
  const bson = encodeDocument({ _id: id, text: PLACE.slice(0, bytes.length), json: PLACE.slice(0, bytes.length) });
  // `_id` is 9 bytes behind the length; a name has a byte before and a NUL behind it; a text has its length before.
  const text = 4 + 9 + 6 + 4;
  bson.set(bytes, text);
  bson.set(bytes, text + bytes.length + 1 + 6 + 4);
  return bson;
}

/** What becomes of texts: the text in both columns, or a document that is refused. */
function expectJudged(texts: readonly Uint8Array[]): void {
  const rows = users.toRows(texts.map((bytes, id) => document(id, bytes)));
  const stored = new Map(rows.table("users").parameters("text").map(([id, text, json]) => [Number(id), [text, json]]));
  const expected = texts.map((bytes) => {
    try {
      const text = UTF8.decode(bytes);
      return [text, JSON.stringify(text)];
    } catch {
      return undefined;
    }
  });
  const wrong = texts.flatMap((bytes, id) => (JSON.stringify(stored.get(id)) === JSON.stringify(expected[id]) ? [] : [`${Buffer.from(bytes).toString("hex")}: ${JSON.stringify(stored.get(id))}`]));
  expect(wrong).toEqual([]);
  expect(rows.issues.every(({ code }) => code === "document-malformed"), JSON.stringify(rows.issues[0])).toBe(true);
  // And back, by way of JSON's text.
  const back = users.toDocuments(rows);
  expect(back.issues).toEqual([]);
  const kept = texts.flatMap((bytes, id) => (expected[id] === undefined ? [] : [document(id, bytes)]));
  expect(Buffer.from(back.bson).equals(Buffer.concat(kept))).toBe(true);
}

/** Bytes at which rules change, without those that JSON escapes. */
const EDGES = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
const all = (length: number): number[][] => (length === 0 ? [[]] : all(length - 1).flatMap((head) => EDGES.map((byte) => [...head, byte])));

describe("texts are UTF-8", () => {
  it.each([1, 2, 3])("every sequence of %i bytes at which rules change", (length) => {
    expectJudged(all(length).map((bytes) => Uint8Array.from([0x61, ...bytes, 0x61])));
    expectJudged(all(length).map((bytes) => Uint8Array.from(bytes)));
  });

  it("characters of every length, whole, cut off and one byte wrong, across every edge of a window", () => {
    const texts: Uint8Array[] = [];
    for (const character of ["é", "\u0800", "\ud7ff", "\ue000", "商", "\uffff", "\u{10000}", "\u{10ffff}", "😀"]) {
      const bytes = Buffer.from(character);
      for (let before = 0; before <= 34; before++) {
        for (const behind of [0, 1, 15, 16, 33]) {
          for (let cut = 0; cut <= bytes.length; cut++) texts.push(Buffer.concat([Buffer.alloc(before, "x"), bytes.subarray(0, cut), Buffer.alloc(behind, "y")]));
          for (let at = 0; at < bytes.length; at++) {
            const wrong = Buffer.from(bytes);
            wrong[at] = 0xff - (wrong[at] as number) | 0x40;
            texts.push(Buffer.concat([Buffer.alloc(before, "é"), wrong, Buffer.alloc(behind, "y")]));
          }
        }
      }
    }
    expectJudged(texts.filter(({ length }) => length <= PLACE.length));
  });
});
