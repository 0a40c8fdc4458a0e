// node --import tsx make-dump.ts dump/payments.bson.gz [count]: a file as `mongodump --gzip` writes it.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Decimal128, type Document, Long, ObjectId, serialize } from "bson";

/** The same seed gives the same documents: mulberry32. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Payments as a live service has them; a few are from before its schema. */
export function documents(count: number, seed = 1): Document[] {
  const next = random(seed);
  const int = (below: number): number => Math.floor(next() * below);
  const id = (kind: number, number: number): ObjectId => new ObjectId(`65f1a2b3${kind.toString(16).padStart(8, "0")}${number.toString(16).padStart(8, "0")}`);
  const money = (): Decimal128 => Decimal128.fromString(`${int(5000)}.${String(int(10 ** 6)).padStart(6, "0")}`);
  return Array.from({ length: count }, (_, number) => {
    const at = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1) + (number * 17 + minutes) * 60_000);
    const payment: Document = {
      _id: id(1, number),
      reference: `PAY-${1000 + number}`,
      buyer: id(2, int(50)),
      status: ["created", "pending", "funded", "released", "refunded"][int(5)],
      amount: money(),
      riskScore: int(1000) / 8,
      amountUnits: Long.fromString(`${int(9_000_000)}000000000000`),
      blockHeight: 19_000_000 + int(10 ** 6),
      tags: ["escrow", "usdt", "vip"].slice(0, int(4)),
      metadata: { source: "web", items: [int(9), { sku: `S${int(99)}` }] },
      events: Array.from({ length: int(5) }, (_, index) => ({ type: ["created", "seen", "funded", "released"][index], source: "scanner", at: at(index) })),
      fees: { network: money(), platform: money() },
      createdAt: at(0),
      updatedAt: at(5),
      __v: int(4),
    };
    if (next() < 0.4) payment.quote = { provider: "oracle", rate: money(), signature: Buffer.from([int(256), int(256)]), quotedAt: at(1) };
    if (number % 20 === 7) Object.assign(payment, { amount: "12,50", legacyNote: "call first", events: null });
    if (number % 50 === 13) Object.assign(payment, { blockHeight: Long.fromString("9007199254740993"), events: [null, { type: "odd", at: "yesterday" }] });
    return payment;
  });
}

export function writeDump(file: string, list: Document[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const bson = Buffer.concat(list.map((document) => serialize(document)));
  writeFileSync(file, file.endsWith(".gz") ? gzipSync(bson) : bson);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file = "dump/payments.bson.gz", count = "300"] = process.argv.slice(2);
  writeDump(file, documents(Number(count)));
  console.log(`${count} documents in ${file}`);
}
