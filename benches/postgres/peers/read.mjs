// @ts-check
// Payments read back by hand: a SELECT per table, and documents put together from what the driver gives.
import { BSON } from "../../documents/bson.mjs";

/** @param {string | null} uuid the other way round than `uuid` of ../../mappers/values.mjs */
function objectId(uuid) {
  return uuid === null ? undefined : new BSON.ObjectId(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(16, 18) + uuid.slice(21, 23) + uuid.slice(24, 32));
}
/** @param {string | null} text */
const decimal = (text) => (text === null ? undefined : BSON.Decimal128.fromString(text));
/** @template T @param {T | null} value */
const present = (value) => value ?? undefined;

/** Without the fields that are undefined. @template {object} T @param {T} fields @returns {T} */
function defined(fields) {
  for (const name in fields) if (fields[name] === undefined) delete fields[name];
  return fields;
}

/** @param {any} row */
const quote = (row) =>
  defined({
    provider: present(row.provider), base: present(row.base), quoteCurrency: present(row.quote_currency), rate: decimal(row.rate), amountBase: decimal(row.amount_base), amountQuote: decimal(row.amount_quote),
    spreadBps: present(row.spread_bps), signature: row.signature === null ? undefined : new BSON.Binary(row.signature), quotedAt: present(row.quoted_at), expiresAt: present(row.expires_at),
  });

/** @param {any} row */
const event = (row) => defined({ _id: objectId(row.id), type: present(row.type), source: present(row.source), actor: objectId(row.actor_id), amount: decimal(row.amount), at: present(row.at) });

/** @param {any} row @param {any} quoteRow @param {any[] | undefined} feeRows @param {any[]} eventRows */
const payment = (row, quoteRow, feeRows, eventRows) =>
  defined({
    _id: objectId(row.id), method: row.method, reference: present(row.reference), owner: objectId(row.owner_id), ownerModel: present(row.owner_type), buyer: objectId(row.buyer_id), seller: objectId(row.seller_id),
    offer: objectId(row.offer_id), dispute: objectId(row.dispute_id) ?? null, status: present(row.status), currency: present(row.currency), amount: decimal(row.amount), amountReceived: decimal(row.amount_received),
    platformFee: decimal(row.platform_fee), sellerNet: decimal(row.seller_net), quote: quoteRow && quote(quoteRow), fees: feeRows && Object.fromEntries(feeRows.map((fee) => [fee.name, decimal(fee.value)])), events: eventRows.map(event),
    tags: present(row.tags), metadata: present(row.metadata), idempotencyKey: present(row.idempotency_key), note: present(row.note), attempts: present(row.attempts), riskScore: present(row.risk_score), isTest: present(row.is_test),
    fundedAt: row.funded_at, releasedAt: row.released_at, refundedAt: row.refunded_at, expiresAt: present(row.expires_at), createdAt: present(row.created_at), updatedAt: present(row.updated_at), __v: present(row.version),
    network: present(row.network), txHash: present(row.tx_hash), confirmations: present(row.confirmations), blockHeight: row.block_height === null ? undefined : Number(row.block_height), destination: objectId(row.destination_id),
    processor: present(row.processor), cardBrand: present(row.card_brand), cardLast4: present(row.card_last4), authorizationCode: present(row.authorization_code), threeDSecure: present(row.three_d_secure),
  });

/** @param {any[]} rows @returns {Map<string, any[]>} */
function byPayment(rows) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(row.payment_id);
    if (group === undefined) groups.set(row.payment_id, [row]);
    else group.push(row);
  }
  return groups;
}

/** @param {import("pg").ClientBase} client @param {readonly string[]} ids UUIDs @returns {Promise<any[]>} as the driver would give them, by id */
export async function readDocuments(client, ids) {
  const select = async (/** @type {string} */ text) => (await client.query(text, [ids])).rows;
  const roots = await select(`SELECT * FROM payments WHERE id = ANY($1) ORDER BY id`);
  const quotes = byPayment(await select(`SELECT * FROM payment_quotes WHERE payment_id = ANY($1)`));
  const fees = byPayment(await select(`SELECT * FROM payment_fees WHERE payment_id = ANY($1)`));
  const events = byPayment(await select(`SELECT * FROM payment_events WHERE payment_id = ANY($1) ORDER BY payment_id, position`));
  return roots.map((row) => payment(row, quotes.get(row.id)?.[0], fees.get(row.id), events.get(row.id) ?? []));
}
