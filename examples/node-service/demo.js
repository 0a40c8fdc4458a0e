// @ts-check
// A payment and its quote on their way between the two stores, on throw-away servers (or on MONGO_URL and PG_URL).
import mongoose from "mongoose";
import pg from "pg";
import { startMongo } from "../../scripts/servers/mongo.mjs";
import { startPostgres } from "../../scripts/servers/postgres.mjs";
import { openGaps } from "./gaps.js";
import { replayGaps, savePayment, saveQuote } from "./mirror.js";
import { Payment } from "./models/payment.js";
import { ddl } from "./store.js";

const { Decimal128, ObjectId } = mongoose.Types;
const [mongo, postgres] = await Promise.all([startMongo(), startPostgres()]);
await mongoose.connect(mongo.url);
const pool = new pg.Pool({ connectionString: postgres.url, max: postgres.connections });
await pool.query(ddl);
const show = async (/** @type {string} */ title, /** @type {string} */ sql) => {
  console.log(`\n${title}`);
  console.table((await pool.query(sql)).rows);
};

const payment = new Payment({
  reference: "PAY-1001",
  buyer: new ObjectId(),
  seller: new ObjectId(),
  status: "pending",
  currency: "USDT",
  amount: Decimal128.fromString("12.50"),
  events: [{ type: "created", source: "adapter", at: new Date() }, { type: "seen", source: "scanner", at: new Date() }],
  tags: ["escrow"],
});
await savePayment(pool, payment);
await show("savePayment: the payment in PostgreSQL", "SELECT id, reference, status, amount, tags FROM payments");
await show("and its events", "SELECT * FROM payment_events ORDER BY payment_id, position");

const quote = { provider: "oracle", base: "ETH", quoteCurrency: "USDT", rate: Decimal128.fromString("3127.440000000000000001"), amountQuote: Decimal128.fromString("12.50"), quotedAt: new Date(), expiresAt: new Date(Date.now() + 60_000) };
await saveQuote(pool, payment._id, quote);
await show("saveQuote: its row", "SELECT provider, rate, amount_quote FROM payment_quotes");
console.log("\nand Payment.quote in MongoDB");
console.log((await Payment.findById(payment._id).lean())?.quote);

const late = await Payment.create({ reference: "PAY-1002", buyer: new ObjectId(), seller: new ObjectId(), currency: "USDT", amount: Decimal128.fromString("7") });
await saveQuote(pool, late._id, quote);
await show("a quote whose payment PostgreSQL does not have: a gap", "SELECT mongo_id, reason FROM pg_dualwrite_gaps WHERE closed_at IS NULL");
console.log("\nreplayGaps:", await replayGaps(pool), "still open:", (await openGaps(pool)).length);

await mongoose.disconnect();
await pool.end();
await Promise.all([mongo.stop(), postgres.stop()]);
