// @ts-check
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import mongoose from "mongoose";
import pg from "pg";
import { equalDocuments } from "rowlens";
import { startMongo } from "../../../scripts/servers/mongo.mjs";
import { serversOrSkip } from "../../../scripts/servers/or-skip.mjs";
import { startPostgres } from "../../../scripts/servers/postgres.mjs";
import { openGaps } from "../gaps.js";
import { mirrorPayment, mirrorQuote, replayGaps, savePayment, saveQuote } from "../mirror.js";
import { Payment } from "../models/payment.js";
import { ddl, payments, readPayment } from "../store.js";

const { Decimal128, ObjectId } = mongoose.Types;
const { servers, skip } = await serversOrSkip(async () => ({ mongo: await startMongo(), postgres: await startPostgres() }));

describe("a service on both stores", { skip }, () => {
  /** @type {pg.Pool} */
  let pool;

  before(async () => {
    if (!servers) return;
    await mongoose.connect(servers.mongo.url);
    pool = new pg.Pool({ connectionString: servers.postgres.url, max: servers.postgres.connections });
    await pool.query(ddl);
  });
  beforeEach(async () => {
    await Payment.deleteMany();
    await pool.query("TRUNCATE payments, payment_quotes, payment_events, pg_dualwrite_gaps");
  });
  after(async () => {
    await mongoose.disconnect();
    await pool.end();
    await Promise.all([servers?.mongo.stop(), servers?.postgres.stop()]);
  });

  const newPayment = (more = {}) =>
    new Payment({ reference: "PAY-1", buyer: new ObjectId(), seller: new ObjectId(), currency: "USDT", amount: Decimal128.fromString("12.50"), events: [{ type: "created", source: "adapter", at: new Date(1) }], ...more });
  const quoteOf = (/** @type {object} */ more = {}) => ({ provider: "oracle", base: "ETH", quoteCurrency: "USDT", rate: Decimal128.fromString("3127.440000000000000001"), amountQuote: Decimal128.fromString("12.500"), quotedAt: new Date(1000), expiresAt: new Date(2000), ...more });
  /** @returns {Promise<Uint8Array | undefined>} */
  const stored = async (/** @type {mongoose.Types.ObjectId} */ _id) => /** @type {any} */ ((await Payment.collection.find({ _id }, { raw: true }).toArray())[0]);
  const assertSame = async (/** @type {mongoose.Types.ObjectId} */ _id) => {
    const [inMongo, inPostgres] = [await stored(_id), await readPayment(pool, payments.keyOf({ _id }))];
    assert.ok(inMongo && inPostgres, "the payment is in both stores");
    assert.ok(equalDocuments(inMongo, inPostgres), "and both say the same");
  };

  it("saves a payment to MongoDB and PostgreSQL", async () => {
    const payment = newPayment();
    assert.deepEqual(await savePayment(pool, payment), { mirrored: true });
    const { rows } = await pool.query("SELECT reference, status::text, amount, (SELECT count(*)::int FROM payment_events) AS events, doc_rest FROM payments");
    assert.deepEqual(rows, [{ reference: "PAY-1", status: "created", amount: "12.50", events: 1, doc_rest: null }]);
    await assertSame(payment._id);
  });

  it("replaces the rows when the payment changes", async () => {
    const payment = newPayment({ events: [1, 2, 3].map((at) => ({ type: `e${at}`, source: "scanner", at: new Date(at) })) });
    await savePayment(pool, payment);
    payment.events.splice(0, 2);
    payment.status = "funded";
    await savePayment(pool, payment);
    assert.deepEqual((await pool.query("SELECT position, type FROM payment_events")).rows, [{ position: 0, type: "e3" }]);
    await assertSame(payment._id);
  });

  it("keeps what no model foresaw", async () => {
    const payment = newPayment();
    await savePayment(pool, payment);
    await Payment.collection.updateOne({ _id: payment._id }, { $set: { amount: "12,50", legacyNote: "call first", "events.0.at": null } });
    await mirrorPayment(pool, payment._id);
    assert.equal((await pool.query("SELECT doc_rest->'fields'->>'legacyNote' AS note FROM payments")).rows[0].note, "call first");
    await assertSame(payment._id);
  });

  it("mirrors a deletion", async () => {
    const payment = newPayment();
    await savePayment(pool, payment);
    await payment.deleteOne();
    await mirrorPayment(pool, payment._id);
    assert.equal((await pool.query("SELECT FROM payment_events")).rowCount, 0);
    assert.equal(await readPayment(pool, payments.keyOf(payment.toObject({ depopulate: true }))), undefined);
  });

  it("ends with the newest state when saves overlap", async () => {
    const payment = newPayment();
    await payment.save();
    await Promise.all([1, 2, 3, 4, 5].map(async (number) => {
      await Payment.updateOne({ _id: payment._id }, { $set: { reference: `PAY-${number}` }, $push: { tags: `t${number}` } });
      await mirrorPayment(pool, payment._id);
    }));
    await assertSame(payment._id);
  });

  it("mirrors a quote to Payment.quote, exactly and once", async () => {
    const payment = newPayment();
    await savePayment(pool, payment);
    assert.deepEqual(await saveQuote(pool, payment._id, quoteOf({ signature: Buffer.from("signed") })), { mirrored: true });
    const saved = await Payment.findById(payment._id).lean();
    assert.equal(String(saved?.quote?.rate), "3127.440000000000000001");
    assert.equal(String(saved?.quote?.amountQuote), "12.500");
    assert.deepEqual(saved?.updatedAt, payment.updatedAt);
    await assertSame(payment._id);

    const before = await stored(payment._id);
    assert.deepEqual(await mirrorQuote(pool, payment._id), { changed: false });
    assert.deepEqual(await stored(payment._id), before);
  });

  it("mirrors what PostgreSQL-first code made of a quote", async () => {
    const payment = newPayment();
    await savePayment(pool, payment);
    await saveQuote(pool, payment._id, quoteOf());
    await pool.query("UPDATE payment_quotes SET rate = 3200.10, quoted_at = quoted_at + interval '1 minute'");
    assert.deepEqual(await mirrorQuote(pool, payment._id), { changed: true });
    assert.equal(String((await Payment.findById(payment._id).lean())?.quote?.rate), "3200.10");
    await assertSame(payment._id);
  });

  it("leaves a newer quote alone", async () => {
    const payment = newPayment({ quote: quoteOf({ quotedAt: new Date(1_000_000) }) });
    await payment.save();
    await mirrorPayment(pool, payment._id);
    await pool.query("UPDATE payment_quotes SET quoted_at = to_timestamp(1), rate = 1");
    assert.deepEqual(await mirrorQuote(pool, payment._id), { changed: false });
    assert.equal(String((await Payment.findById(payment._id).lean())?.quote?.rate), "3127.440000000000000001");
  });

  it("refuses a quote that its columns cannot say", async () => {
    const payment = newPayment();
    await savePayment(pool, payment);
    await assert.rejects(saveQuote(pool, payment._id, quoteOf({ rate: "a lot" })), /^TypeError: quote\.rate: /);
    assert.equal((await pool.query("SELECT FROM payment_quotes")).rowCount, 0);
  });

  it("records a gap when PostgreSQL does not have the quote's payment, and closes it", async () => {
    const payment = newPayment();
    await payment.save();
    assert.deepEqual(await saveQuote(pool, payment._id, quoteOf()), { mirrored: false });
    assert.deepEqual(await saveQuote(pool, payment._id, quoteOf()), { mirrored: false });
    assert.equal(String((await Payment.findById(payment._id).lean())?.quote?.rate), "3127.440000000000000001");
    assert.deepEqual((await openGaps(pool)).map((gap) => String(gap.id)), [String(payment._id)]);

    assert.deepEqual(await replayGaps(pool), { closed: 1, open: 0 });
    assert.deepEqual(await replayGaps(pool), { closed: 0, open: 0 });
    await assertSame(payment._id);
  });

  it("records a gap when PostgreSQL refuses a payment, and keeps it open until it does not", async () => {
    await pool.query("ALTER TABLE payments ADD CONSTRAINT small CHECK (amount < 100)");
    const payment = newPayment({ amount: Decimal128.fromString("100") });
    assert.deepEqual(await savePayment(pool, payment), { mirrored: false });
    assert.ok(await stored(payment._id));
    assert.deepEqual(await replayGaps(pool), { closed: 0, open: 1 });
    assert.match((await pool.query("SELECT reason FROM pg_dualwrite_gaps")).rows[0].reason, /small/);

    await pool.query("ALTER TABLE payments DROP CONSTRAINT small");
    assert.deepEqual(await replayGaps(pool), { closed: 1, open: 0 });
    await assertSame(payment._id);
  });
});
