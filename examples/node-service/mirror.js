// @ts-check
// Dual writes. MongoDB is the source of truth for payments; quotes are born in PostgreSQL and mirrored to `Payment.quote`.
import mongoose from "mongoose";
import { closeGap, openGaps, recordGap } from "./gaps.js";
import { Payment } from "./models/payment.js";
import { lockPayment, payments, readPayment, replacePayment } from "./store.js";

const { BSON } = mongoose.mongo;

/** @typedef {import("mongoose").Types.ObjectId} ObjectId */
/** @typedef {import("pg").Pool} Pool */

/**
 * Saves a payment and mirrors it to PostgreSQL. Where PostgreSQL does not take it, the payment is saved all the same and a gap
 * is recorded.
 * @param {Pool} pool
 * @param {InstanceType<typeof Payment>} payment
 * @returns {Promise<{ mirrored: boolean }>}
 */
export async function savePayment(pool, payment) {
  await payment.save();
  try {
    await mirrorPayment(pool, payment._id);
    return { mirrored: true };
  } catch (error) {
    await recordGap(pool, payment._id, error instanceof Error ? error.message : String(error));
    return { mirrored: false };
  }
}

/**
 * Makes PostgreSQL say what MongoDB says about a payment now, deletion included.
 * @param {Pool} pool
 * @param {ObjectId} _id
 */
export async function mirrorPayment(pool, _id) {
  const key = payments.keyOf({ _id });
  await lockPayment(pool, key, async (client) => {
    // Raw BSON is what is stored; a hydrated document has defaults that are not, and numbers without their types.
    const [stored] = await Payment.collection.find({ _id }, { raw: true }).toArray();
    if (stored === undefined) await client.query(payments.sql[0].delete, [key]);
    else await replacePayment(client, key, payments.toRows(/** @type {any} */ (stored)));
  });
}

/**
 * Writes a quote to `payment_quotes` and mirrors it to `Payment.quote`. Where PostgreSQL does not have the payment yet, the quote
 * goes to MongoDB alone and a gap is recorded.
 * @param {Pool} pool
 * @param {ObjectId} _id the payment's
 * @param {Record<string, unknown>} quote as `Payment.quote` holds it
 * @returns {Promise<{ mirrored: boolean }>}
 */
export async function saveQuote(pool, _id, quote) {
  const rows = payments.toRows({ _id, quote });
  // What its columns cannot say would go to the payment's complement, which is not written here.
  const faults = rows.issues.filter(({ path }) => path === "quote" || path.startsWith("quote."));
  if (faults.length > 0) throw new TypeError(faults.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const key = payments.keyOf({ _id });
  const table = rows.table("payment_quotes");
  const mirrored = await lockPayment(pool, key, async (client) => {
    const parent = await client.query(payments.sql[0].select, [key]);
    if (parent.rowCount === 0) return false;
    for (const values of table.parameters()) await client.query(table.sql.upsert, values);
    await mirrorQuote(client, _id);
    return true;
  });
  if (!mirrored) {
    await setQuote(_id, quote);
    await recordGap(pool, _id, "no row of this payment for its quote");
  }
  return { mirrored };
}

/**
 * Makes `Payment.quote` say what `payment_quotes` says. Exact: a `numeric` comes back as the Decimal128 with the same digits.
 * Idempotent: a second run changes nothing, and a quote newer than the row stays.
 * @param {import("pg").PoolClient | Pool} client
 * @param {ObjectId} _id the payment's
 * @returns {Promise<{ changed: boolean }>}
 */
export async function mirrorQuote(client, _id) {
  const document = await readPayment(client, payments.keyOf({ _id }));
  if (document === undefined) return { changed: false };
  // Without `promoteValues: false` an int64 or a double would come back as another BSON type.
  const { quote } = BSON.deserialize(document, { promoteValues: false });
  return quote === undefined ? { changed: false } : setQuote(_id, quote);
}

/**
 * Past Mongoose, which would set `updatedAt` as well.
 * @param {ObjectId} _id
 * @param {Record<string, any>} quote
 */
async function setQuote(_id, quote) {
  const notNewer = { "quote.quotedAt": { $not: { $gt: quote.quotedAt } } };
  const { modifiedCount } = await Payment.collection.updateOne({ _id, ...notNewer }, { $set: { quote } });
  return { changed: modifiedCount > 0 };
}

/**
 * Closes the gaps that can be closed by now. Mirrors are idempotent, so it may run at any time, as often as you like.
 * @param {Pool} pool
 * @returns {Promise<{ closed: number, open: number }>}
 */
export async function replayGaps(pool) {
  const gaps = await openGaps(pool);
  let closed = 0;
  for (const gap of gaps) {
    try {
      await mirrorPayment(pool, gap.id);
    } catch (error) {
      await recordGap(pool, gap.id, error instanceof Error ? error.message : String(error));
      continue;
    }
    await closeGap(pool, gap);
    closed += 1;
  }
  return { closed, open: gaps.length - closed };
}
