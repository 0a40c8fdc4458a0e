// @ts-check
import { uuid } from "./values.mjs";

const NONE = /** @type {never[]} */ ([]);
/** @param {any} value */
const json = (value) => (value === undefined ? null : JSON.stringify(value));
/** @param {any} decimal */
const text = (decimal) => decimal?.toString() ?? null;

/** Rows of payments, payment_quotes, payment_fees and payment_events. @param {any} p a deserialised payment @returns {import("./values.mjs").Tables} */
export function payments(p) {
  const id = uuid(p._id);
  return [
    [[
      id, p.method, p.reference, uuid(p.owner), p.ownerModel, uuid(p.buyer), uuid(p.seller), uuid(p.offer), uuid(p.dispute), p.status, p.currency,
      text(p.amount), text(p.amountReceived), text(p.platformFee), text(p.sellerNet), p.tags, json(p.metadata), p.idempotencyKey, p.note, p.attempts, p.riskScore,
      p.isTest, p.fundedAt, p.releasedAt, p.refundedAt, p.expiresAt, p.createdAt, p.updatedAt, p.__v,
      p.network, p.txHash, p.confirmations, p.blockHeight, uuid(p.destination), p.processor, p.cardBrand, p.cardLast4, p.authorizationCode, p.threeDSecure, null,
    ]],
    p.quote ? [quote(id, p.quote)] : NONE,
    p.fees ? Object.entries(p.fees).map(([name, value]) => [id, name, text(value)]) : NONE,
    p.events?.map((/** @type {any} */ event, /** @type {number} */ position) => [id, position, uuid(event._id), event.type, event.source, uuid(event.actor), text(event.amount), event.at]) ?? NONE,
  ];
}

/** @param {string | null} id @param {any} q */
const quote = (id, q) => [id, q.provider, q.base, q.quoteCurrency, text(q.rate), text(q.amountBase), text(q.amountQuote), q.spreadBps, q.signature?.buffer, q.quotedAt, q.expiresAt];
