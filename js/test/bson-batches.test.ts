import { serialize } from "bson7";
import { describe, expect, it } from "vitest";
import { bsonBatches, RowlensError, splitBson } from "rowlens";

const documents = Array.from({ length: 50 }, (_, number) => serialize({ _id: number, text: "x".repeat(number * 7) }));
const all = Buffer.concat(documents);

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("bsonBatches", () => {
  it.each([1, 3, 100, 4096, 1 << 20])("gives whole documents of chunks of %i bytes", async (size) => {
    const batches = [];
    for await (const batch of bsonBatches(chunksOf(all, size), { bytes: 1000 })) batches.push(batch);
    expect(Buffer.concat(batches.map(({ bson }) => bson)).equals(all)).toBe(true);
    let first = 0;
    for (const batch of batches) {
      expect(batch.first).toBe(first);
      expect(splitBson(batch.bson)).toHaveLength(batch.count);
      first += batch.count;
    }
    expect(first).toBe(50);
    if (size < 1000) expect(batches.length).toBeGreaterThan(5);
  });

  it("gives nothing of nothing", async () => {
    for await (const _ of bsonBatches(chunksOf(new Uint8Array(), 1))) expect.unreachable();
  });

  it.each([
    ["bson-truncated", 49, all.subarray(0, all.length - 3), /document 49, at byte \d+, says it has \d+ bytes, but only \d+ are there/],
    ["bson-truncated", 1, all.subarray(0, (documents[0] as Uint8Array).length + 2), /document 1, at byte \d+, has only 2 of the 4 bytes/],
    ["bson-malformed", 1, Buffer.concat([documents[0] as Uint8Array, Buffer.from("[{}]")]), /at byte \d+ \(document 1\)/],
  ])("says where it is %s, after the %i documents before", async (code, before, bytes, message) => {
    let count = 0;
    const run = async () => {
      for await (const batch of bsonBatches(chunksOf(bytes, 64), { bytes: 20 })) count += batch.count;
    };
    const error = await run().catch((thrown: unknown) => thrown);
    expect(RowlensError.is(error) && error.code).toBe(code);
    expect((error as Error).message).toMatch(message);
    expect(count).toBe(before);
  });
});
