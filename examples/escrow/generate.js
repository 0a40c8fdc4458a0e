// @ts-check
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import mongoose from "mongoose";
import * as models from "./models/index.js";
import { Random } from "./random.js";

const { BSON } = mongoose.mongo;

/** Counts of documents per collection where the caller names none. */
export const defaultCounts = Object.freeze({
  users: 40, refreshtokens: 40, passkeychallenges: 20, levelconfigs: 20, categories: 24, requesttemplates: 20, purchaserequests: 40,
  selleroffers: 50, shopsettings: 20, trezoraccounts: 20, deriveddestinations: 40, payments: 60, fundsledgerentries: 60,
  pointtransactions: 50, chats: 20, notifications: 50, disputes: 24, reviews: 40, blogposts: 20, configsettings: 24,
  configsettinghistories: 30, telegramlinks: 20, telegramsessions: 20, temporaryverifications: 20,
});

/** @typedef {{ model: any, value: Record<string, any> }} Made */

/** One maker per collection. @type {Record<string, (r: Random) => Made>} */
const makers = {
  users: (r) => ({
    model: models.User,
    value: {
      email: `user${r.index}@mail.example`, username: `${r.pick(["trader", "käufer", "shop", "秘密"])}_${r.index}`,
      passwordHash: r.maybe(() => `$argon2id$v=19$${r.hex(40)}`), role: r.pick(["buyer", "seller", "seller", "admin", "arbiter"]),
      isActive: r.chance(0.9), emailVerified: r.chance(0.8),
      profile: r.maybe(() => ({
        firstName: r.maybe(() => r.first()), lastName: r.maybe(() => r.last()), bio: r.maybe(() => r.text()), avatarUrl: r.maybe(() => r.url()),
        birthDate: r.maybe(() => new Date(r.int(-600000000, 1000000000) * 1000)),
        location: r.maybe(() => ({ city: r.city(), country: r.maybe(() => r.country()) })), languages: r.list(r.int(0, 3), () => r.pick(["de", "en", "fa", "tr"])),
      })),
      wallets: r.list(r.int(0, 3), () => ({ _id: r.oid(), network: r.network(), address: r.address(), label: r.maybe(() => r.title()), verifiedAt: r.maybe(() => r.later(), 0.4), balance: r.maybe(() => r.money("ETH", 3)) })),
      passkeys: r.list(r.int(0, 2), () => ({
        _id: r.oid(), credentialId: r.bytes(32), publicKey: r.bytes(77), counter: r.int(0, 500), transports: r.pick([[], ["internal"], ["usb", "nfc"], ["hybrid", "internal"]]),
        label: r.maybe(() => r.pick(["YubiKey", "iPhone", "Büro-PC"])), lastUsedAt: r.maybe(() => r.later(), 0.3), createdAt: r.created,
      })),
      points: { total: r.int(0, 9000), available: r.int(0, 3000), lifetime: r.int(0, 20000) },
      level: r.maybe(() => r.ref("levelconfigs")), referral: { code: r.hex(8).toUpperCase(), referredBy: r.maybe(() => r.ref("users"), 0.5), rewards: r.maybe(() => r.money()) },
      rating: { average: r.maybe(() => r.int(100, 500) / 100), count: r.int(0, 80) }, preferences: r.maybe(() => r.mixed()),
      notificationChannels: r.maybe(() => ({ app: true, email: r.chance(0.5), telegram: r.chance(0.5) })), lastLoginAt: r.maybe(() => r.later()),
    },
  }),
  refreshtokens: (r) => ({
    model: models.RefreshToken,
    value: { user: r.ref("users"), tokenHash: r.bytes(32), family: r.hex(16), userAgent: r.maybe(() => "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4)"), ip: r.maybe(() => `192.0.2.${r.int(1, 254)}`), revokedAt: r.maybe(() => r.later(), 0.6), replacedBy: r.maybe(() => r.ref("refreshtokens"), 0.5), expiresAt: r.later(60) },
  }),
  passkeychallenges: (r) => ({
    model: models.PasskeyChallenge,
    value: { user: r.maybe(() => r.ref("users")), challenge: r.bytes(32), purpose: r.pick(["register", "authenticate"]), createdAt: r.created, expiresAt: r.later(1) },
  }),
  levelconfigs: (r) => ({
    model: models.LevelConfig,
    value: { name: `${r.pick(["Bronze", "Silber", "Gold", "Платина", "◆"])} ${r.index}`, rank: r.index, minPoints: r.index * 500, feeDiscount: r.maybe(() => r.decimal(1, 4)), color: r.maybe(() => `#${r.hex(6)}`), perks: r.list(r.int(0, 3), () => ({ code: `perk_${r.hex(4)}`, title: r.maybe(() => r.title()), value: r.maybe(() => r.int(0, 400) / 4) })) },
  }),
  categories: (r) => {
    const parent = r.index < 6 ? null : r.ref("categories");
    return {
      model: models.Category,
      value: { name: `${r.title()} (${r.index})`, slug: `category-${r.index}`, parent, ancestors: parent ? [...(r.chance(0.5) ? [r.ref("categories")] : []), parent] : [], position: r.int(0, 50), icon: r.maybe(() => r.pick(["📷", "box", "tools"])), names: r.maybe(() => ({ en: r.title(), de: r.title(), fa: "دسته‌بندی" })), commissionRate: r.maybe(() => r.decimal(1, 3)), isActive: r.chance(0.9) },
    };
  },
  requesttemplates: (r) => ({
    model: models.RequestTemplate,
    value: {
      owner: r.ref("users"), category: r.maybe(() => r.ref("categories")), name: r.title(),
      fields: r.list(r.int(1, 4), (i) => {
        const kind = r.pick(["text", "number", "choice", "date"]);
        return { name: `field ${i}`, kind, required: r.chance(0.5), choices: kind === "choice" ? ["S", "M", "größer als L"] : undefined, defaultValue: r.maybe(() => ({ text: r.text(), number: r.int(1, 99) / 2, choice: "M", date: null })[kind], 0.3) };
      }),
      usageCount: r.int(0, 90), isShared: r.chance(0.3),
    },
  }),
  purchaserequests: (r) => ({
    model: models.PurchaseRequest,
    value: {
      buyer: r.ref("users"), category: r.ref("categories"), template: r.maybe(() => r.ref("requesttemplates"), 0.6), title: r.title(), description: r.maybe(() => r.text()),
      status: r.pick(["draft", "open", "accepted", "paid", "delivered", "closed", "cancelled"]), urgency: r.maybe(() => r.pick(["low", "normal", "high"])),
      budget: { min: r.maybe(() => r.money()), max: r.money(), currency: "USDT" },
      items: r.list(r.int(1, 4), () => ({
        _id: r.oid(), title: r.title(), description: r.maybe(() => r.text()), quantity: r.int(1, 12), weightKg: r.maybe(() => r.int(1, 9000) / 1000), url: r.maybe(() => r.url()),
        options: r.list(r.int(0, 3), () => ({ name: r.pick(["colour", "Größe", "warranty"]), value: r.maybe(() => r.pick(["blue", "XL", "2 years"])), surcharge: r.maybe(() => r.money("USD", 2)) })),
      })),
      statusHistory: r.list(r.int(1, 4), () => ({ status: r.pick(["draft", "open", "accepted"]), changedBy: r.maybe(() => r.ref("users")), note: r.maybe(() => r.text()), at: r.later() })),
      delivery: r.maybe(() => ({ method: r.pick(["post", "courier", "pickup", "digital"]), address: r.maybe(() => ({ street: "Bahnhofstraße 1½", city: r.city(), postalCode: r.maybe(() => String(r.int(10000, 99999))), country: r.country() })), dueAt: r.maybe(() => r.later()) })),
      tags: r.tags(), attachments: r.list(r.int(0, 2), () => r.url()), isPublic: r.chance(0.8), acceptedOffer: r.maybe(() => r.ref("selleroffers"), 0.5), viewCount: r.int(0, 4000),
    },
  }),
  selleroffers: (r) => {
    const currency = r.currency();
    return {
      model: models.SellerOffer,
      value: {
        request: r.ref("purchaserequests"), seller: r.ref("users"), status: r.pick(["pending", "accepted", "rejected", "withdrawn", "expired"]), price: r.money(currency), currency,
        lineItems: r.list(r.int(1, 4), () => ({ _id: r.oid(), item: r.maybe(() => r.oid()), title: r.title(), unitPrice: r.decimal(4, 8), quantity: r.int(1, 9), discountPercent: r.maybe(() => r.int(0, 200) / 4) })),
        priceTiers: r.maybe(() => r.list(r.int(1, 4), (i) => [10 ** i, r.int(100, 9999) / 100])), message: r.maybe(() => r.text()), deliveryDays: r.maybe(() => r.int(1, 40)),
        warrantyMonths: r.maybe(() => r.int(1, 36)), expiresAt: r.maybe(() => r.later()), withdrawnAt: r.maybe(() => r.later(), 0.8),
      },
    };
  },
  shopsettings: (r) => ({
    model: models.ShopSettings,
    value: {
      seller: r.ref("users"), shopName: `${r.last()} & Söhne`, about: r.maybe(() => r.text()),
      openingHours: r.maybe(() => Object.fromEntries(["mon", "tue", "sat"].map((day) => [day, { opens: "08:30", closes: "18:00", breaks: r.maybe(() => r.pick([[], ["12:00-13:00"]]), 0.4) }]))),
      theme: r.maybe(() => ({ primary: `#${r.hex(6)}`, dark: r.chance(0.5), fonts: ["Inter", null, { fallback: "serif" }], radius: 0.25 })),
      shelves: r.maybe(() => r.list(r.int(1, 3), () => r.list(r.int(0, 4), () => r.title()))), shippingCountries: r.list(r.int(0, 4), () => r.country()), minOrder: r.maybe(() => r.money("EUR", 2)),
      vacationUntil: r.maybe(() => r.later(), 0.7), autoReply: { enabled: r.chance(0.4), text: r.maybe(() => r.text()) },
    },
  }),
  trezoraccounts: (r) => ({
    model: models.TrezorAccount,
    value: { label: `Vault №${r.index}`, network: r.network(), xpub: `xpub${r.hex(100)}`, fingerprint: r.bytes(4), basePath: `m/84'/0'/${r.index}'`, nextIndex: r.int(0, 5000), isActive: r.chance(0.8), retiredAt: r.maybe(() => r.later(), 0.8) },
  }),
  deriveddestinations: (r) => ({
    model: models.DerivedDestination,
    value: {
      account: r.ref("trezoraccounts"), payment: r.maybe(() => r.ref("payments"), 0.4), network: r.network(), derivationPath: `m/84'/0'/0'/0/${r.index}`, derivationIndex: r.index, address: r.address(),
      status: r.pick(["free", "reserved", "funded", "swept"]), balance: r.maybe(() => r.money("BTC", 1)), sweeps: r.list(r.int(0, 2), () => ({ _id: r.oid(), txHash: `0x${r.hex(64)}`, amount: r.money("BTC", 1), feePaid: r.maybe(() => r.decimal(1, 8)), at: r.later() })),
      reservedUntil: r.maybe(() => r.later(), 0.5), lastScannedAt: r.maybe(() => r.later()),
    },
  }),
  payments: (r) => {
    const crypto = r.chance(0.75);
    const currency = crypto ? r.pick(["BTC", "ETH", "USDT", "TRX"]) : r.pick(["USD", "EUR"]);
    const ownerModel = r.pick(["PurchaseRequest", "SellerOffer"]);
    return {
      model: crypto ? models.CryptoPayment : models.CardPayment,
      value: {
        reference: `PAY-${String(r.index).padStart(8, "0")}`, owner: r.ref(ownerModel === "SellerOffer" ? "selleroffers" : "purchaserequests"), ownerModel, buyer: r.ref("users"), seller: r.ref("users"),
        offer: r.maybe(() => r.ref("selleroffers")), dispute: r.maybe(() => r.ref("disputes"), 0.85), status: r.pick(["created", "pending", "confirming", "funded", "released", "refunded", "failed", "expired"]),
        currency, amount: r.money(currency), amountReceived: r.maybe(() => r.money(currency)), platformFee: r.maybe(() => r.money(currency, 2)), sellerNet: r.maybe(() => r.money(currency)),
        quote: r.maybe(() => ({
          provider: r.pick(["chainlink", "kraken", "coinbase"]), base: currency, quoteCurrency: "USD", rate: r.decimal(5, 10), amountBase: r.money(currency), amountQuote: r.decimal(6, 6), spreadBps: r.int(0, 150),
          signature: r.maybe(() => r.bytes(64)), quotedAt: r.created, expiresAt: r.later(1),
        })),
        fees: r.maybe(() => ({ network: r.money(currency, 1), platform: r.money(currency, 2), ...(r.chance(0.5) ? { "express-payout": r.money(currency, 1) } : {}) })),
        events: r.list(r.int(2, 4), () => ({
          _id: r.oid(), type: r.pick(["payment.created", "payment.detected", "payment.confirmed", "payment.released"]), source: r.pick(["network", "scanner", "webhook", "admin", "adapter", "reconciliation"]),
          actor: r.maybe(() => r.ref("users")), amount: r.maybe(() => r.money(currency)), at: r.later(),
        })),
        tags: r.tags(), metadata: r.maybe(() => ({ ...r.mixed(), webhook: { id: `evt_${r.hex(24)}`, endpoint: "/hooks/payments/v2", attempt: r.int(1, 4), deliveredAt: r.later().toISOString() } })), idempotencyKey: r.maybe(() => `${r.hex(8)}-${r.hex(4)}-4${r.hex(3)}-8${r.hex(3)}-${r.hex(12)}`), note: r.maybe(() => r.text()), attempts: r.int(0, 6),
        riskScore: r.maybe(() => r.int(0, 1000) / 1000), isTest: r.chance(0.05), fundedAt: r.maybe(() => r.later(), 0.3), releasedAt: r.maybe(() => r.later(), 0.5), refundedAt: r.maybe(() => r.later(), 0.85), expiresAt: r.maybe(() => r.later()),
        ...(crypto
          ? { network: r.network(), txHash: r.maybe(() => `0x${r.hex(64)}`), confirmations: r.int(0, 60), blockHeight: r.maybe(() => (r.chance(0.1) ? r.int(2147483648, 9000000000) : r.int(800000, 60000000))), destination: r.maybe(() => r.ref("deriveddestinations")) }
          : { processor: r.pick(["stripe", "adyen"]), cardBrand: r.maybe(() => r.pick(["visa", "mastercard", "amex"])), cardLast4: r.maybe(() => String(r.int(1000, 9999))), authorizationCode: r.maybe(() => r.hex(6).toUpperCase()), threeDSecure: r.chance(0.7) }),
      },
    };
  },
  fundsledgerentries: (r) => {
    const currency = r.currency();
    return {
      model: models.FundsLedgerEntry,
      value: {
        payment: r.ref("payments"), account: r.pick(["escrow", "buyer", "seller", "platform", "network"]), direction: r.pick(["debit", "credit"]), kind: r.pick(["deposit", "release", "refund", "fee", "sweep", "adjustment"]),
        amount: r.money(currency), currency, balanceAfter: r.maybe(() => r.money(currency, 6)), sequence: 9007199254740993n + BigInt(r.index), idempotencyKey: `ledger-${r.index}-${r.hex(8)}`,
        reverses: r.maybe(() => r.ref("fundsledgerentries"), 0.85), actor: r.maybe(() => r.ref("users"), 0.5), memo: r.maybe(() => r.text()), context: r.maybe(() => r.mixed(), 0.4),
      },
    };
  },
  pointtransactions: (r) => {
    const sourceModel = r.maybe(() => r.pick(["Payment", "Review", "User"]));
    const from = { Payment: "payments", Review: "reviews", User: "users" };
    return {
      model: models.PointTransaction,
      value: {
        user: r.ref("users"), type: r.pick(["earn", "spend", "expire", "adjust", "referral"]), amount: r.int(-500, 500), balanceAfter: r.int(0, 9000), multiplier: r.maybe(() => r.pick([1, 1.5, 2, 0.25])),
        source: sourceModel && r.ref(from[/** @type {keyof typeof from} */ (sourceModel)]), sourceModel, reason: r.maybe(() => r.text()), expiresAt: r.maybe(() => r.later(365), 0.5),
      },
    };
  },
  chats: (r) => {
    const participants = [r.ref("users"), r.ref("users")];
    return {
      model: models.Chat,
      value: {
        participants, request: r.maybe(() => r.ref("purchaserequests")), title: r.maybe(() => r.title()),
        messages: r.list(r.int(0, 6), () => ({
          _id: r.oid(), sender: r.pick(participants), text: r.maybe(() => r.text()), attachments: r.list(r.int(0, 1), () => ({ name: "foto ä.jpg", mime: "image/jpeg", size: r.int(1000, 9000000) })),
          replyTo: r.maybe(() => r.oid(), 0.8), sentAt: r.later(), readBy: r.chance(0.5) ? [participants[0]] : [], editedAt: r.maybe(() => r.later(), 0.8),
        })),
        unread: r.maybe(() => ({ [participants[0].toHexString()]: r.int(0, 9), [participants[1].toHexString()]: r.int(0, 9) })), lastMessageAt: r.maybe(() => r.later()), isArchived: r.chance(0.2),
      },
    };
  },
  notifications: (r) => {
    const kind = r.pick(["payment", "message", "none"]);
    const own = { payment: () => ({ payment: r.ref("payments"), amount: r.maybe(() => r.money()), currency: r.maybe(() => "USDT") }), message: () => ({ chat: r.ref("chats"), preview: r.maybe(() => r.text()) }), none: () => ({}) };
    const model = { payment: models.PaymentNotification, message: models.MessageNotification, none: models.Notification };
    const k = /** @type {keyof typeof own} */ (kind);
    return { model: model[k], value: { user: r.ref("users"), title: r.title(), body: r.maybe(() => r.text()), channel: r.pick(["app", "email", "telegram"]), readAt: r.maybe(() => r.later(), 0.5), expiresAt: r.maybe(() => r.later(90)), ...own[k]() } };
  },
  disputes: (r) => ({
    model: models.Dispute,
    value: {
      payment: r.ref("payments"), openedBy: r.ref("users"), arbiter: r.maybe(() => r.ref("users"), 0.4), reason: r.pick(["not_received", "not_as_described", "fraud", "other"]), status: r.pick(["open", "in_review", "resolved", "rejected"]), description: r.maybe(() => r.text()),
      evidence: r.list(r.int(0, 3), () => ({ _id: r.oid(), submittedBy: r.ref("users"), description: r.maybe(() => r.text()), files: r.list(r.int(0, 3), () => ({ _id: r.oid(), name: "Beweis №1.pdf", mime: r.maybe(() => "application/pdf"), size: r.maybe(() => r.int(100, 5000000000)), sha256: r.maybe(() => r.bytes(32)) })), submittedAt: r.later() })),
      steps: r.list(r.int(0, 4), () => {
        const kind = r.pick(["comment", "offer", "ruling"]);
        const base = { _id: r.oid(), kind, at: r.later(), actor: r.maybe(() => r.ref("users")) };
        if (kind === "comment") return { ...base, text: r.text() };
        if (kind === "offer") return { ...base, amount: r.money(), accepted: r.maybe(() => r.chance(0.5), 0.4) };
        return { ...base, outcome: r.pick(["release", "refund", "split"]), rationale: r.maybe(() => r.text()) };
      }),
      resolution: r.maybe(() => ({ outcome: r.pick(["release", "refund", "split"]), refundAmount: r.maybe(() => r.money()), note: r.maybe(() => r.text()) }), 0.5), resolvedAt: r.maybe(() => r.later(), 0.5),
    },
  }),
  reviews: (r) => {
    const subjectModel = r.pick(["User", "SellerOffer"]);
    return {
      model: models.Review,
      value: {
        author: r.ref("users"), subject: r.ref(subjectModel === "User" ? "users" : "selleroffers"), subjectModel, payment: r.maybe(() => r.ref("payments")), rating: r.int(1, 5), scores: r.maybe(() => ({ speed: r.int(2, 10) / 2, "good value": r.int(2, 10) / 2 })),
        title: r.maybe(() => r.title()), text: r.maybe(() => r.text()), reply: r.maybe(() => ({ text: r.text(), at: r.later() }), 0.6), isHidden: r.chance(0.05),
      },
    };
  },
  blogposts: (r) => ({
    model: models.BlogPost,
    value: {
      author: r.ref("users"), slug: `post-${r.index}`, title: r.title(), excerpt: r.maybe(() => r.text()), content: r.maybe(() => ({ type: "doc", content: [{ type: "paragraph", text: r.text() }, { type: "image", attrs: { src: r.url(), width: 640 } }] })), tags: r.tags(),
      translations: r.maybe(() => ({ de: { title: r.title(), excerpt: r.maybe(() => r.text()) }, fa: { title: "عنوان" } })), status: r.pick(["draft", "published", "archived"]), readMinutes: r.maybe(() => r.int(2, 30) / 2), publishedAt: r.maybe(() => r.later(), 0.3),
    },
  }),
  configsettings: (r) => {
    const type = r.pick(["string", "number", "boolean", "json"]);
    return { model: models.ConfigSetting, value: { key: `setting.${r.index}`, value: r.maybe(() => ({ string: r.text(), number: r.int(0, 999) / 4, boolean: r.chance(0.5), json: r.mixed() })[type]), type, description: r.maybe(() => r.text()), isSecret: r.chance(0.2), updatedBy: r.maybe(() => r.ref("users")) } };
  },
  configsettinghistories: (r) => ({
    model: models.ConfigSettingHistory,
    value: { setting: r.ref("configsettings"), key: `setting.${r.int(0, 20)}`, oldValue: r.pick([undefined, null, 5, "text", true, [1, "2"], { a: 1.5 }]), newValue: r.pick([0, 2.5, "neu", false, [], { list: [null] }]), changedBy: r.maybe(() => r.ref("users")), changedAt: r.later() },
  }),
  telegramlinks: (r) => ({
    model: models.TelegramLink,
    value: { user: r.ref("users"), telegramId: r.chance(0.5) ? r.int(10000, 2000000000) : r.int(2147483648, 7000000000), username: r.maybe(() => `tg_${r.hex(6)}`), firstName: r.maybe(() => r.first()), languageCode: r.maybe(() => "de"), linkedAt: r.later(), mutedUntil: r.maybe(() => r.later(), 0.7) },
  }),
  telegramsessions: (r) => ({
    model: models.TelegramSession,
    value: { _id: `chat:${r.int(1000, 99999)}:${r.index}`, step: r.maybe(() => r.pick(["start", "amount", "confirm"])), state: r.maybe(() => r.mixed()), messageIds: r.list(r.int(0, 4), () => r.int(1, 5000000000)), expiresAt: r.maybe(() => r.later(1)) },
  }),
  temporaryverifications: (r) => ({
    model: models.TemporaryVerification,
    value: { user: r.maybe(() => r.ref("users")), email: r.maybe(() => `user${r.index}@mail.example`), codeHash: r.bytes(32), purpose: r.pick(["email", "telegram", "withdrawal", "password"]), attempts: r.int(0, 5), usedAt: r.maybe(() => r.later(), 0.5), expiresAt: r.later(1) },
  }),
};

/**
 * The BSON that saving the document would store.
 * @param {any} doc a Mongoose document
 * @returns {Uint8Array}
 */
function stored(doc) {
  const object = doc.toObject({ depopulate: true, transform: false, virtuals: false, getters: false, flattenMaps: false, minimize: doc.$__schema.options.minimize, bson: true });
  return BSON.serialize(object, { ignoreUndefined: true });
}

/**
 * The Mongoose documents behind `generate`, one after another.
 * @param {{ seed?: number, counts?: Record<string, number> }} [options]
 * @returns {Generator<{ collection: string, doc: any }>}
 */
export function* hydrated({ seed = 1, counts = {} } = {}) {
  for (const name of Object.keys(counts)) if (!Object.hasOwn(makers, name)) throw new Error(`unknown collection \`${name}\``);
  const all = /** @type {Record<string, number>} */ ({ ...defaultCounts, ...counts });
  for (const [collection, make] of Object.entries(makers)) {
    for (let i = 0; i < all[collection]; i++) {
      const r = new Random(seed, collection, i, all);
      const { model, value } = make(r);
      const { schema } = model;
      const times = { ...(schema.path("createdAt") && { createdAt: r.created }), ...(schema.path("updatedAt") && { updatedAt: r.later() }) };
      const doc = new model({ _id: r.id, ...value, ...times, ...(schema.path("__v") && { __v: r.int(0, 7) }) });
      // What did not cast. The validators are asynchronous in Mongoose 9 (`validateSync` warns): check.js runs them.
      if (doc.errors) throw new Error(`${collection}[${i}]: ${doc.errors.message}`);
      yield { collection, doc };
    }
  }
}

/**
 * Documents as a running backend would have stored them. The same arguments give the same bytes.
 * @param {{ seed?: number, counts?: Record<string, number> }} [options] counts by collection; others have their default, see `defaultCounts`
 * @returns {Record<string, Uint8Array[]>}
 */
export function generate(options) {
  /** @type {Record<string, Uint8Array[]>} */
  const out = Object.fromEntries(Object.keys(makers).map((name) => [name, []]));
  for (const { collection, doc } of hydrated(options)) out[collection].push(stored(doc));
  return out;
}

/** @param {string[]} args */
function main(args) {
  /** @type {Record<string, number>} */
  const counts = {};
  let seed = 1;
  let dir = "out";
  for (let i = 0; i < args.length; i += 2) {
    const [flag, value] = [args[i], args[i + 1]];
    if (value === undefined) throw new Error(`\`${flag}\` needs a value`);
    if (flag === "--seed") seed = Number(value);
    else if (flag === "--out") dir = value;
    else if (flag === "--count") counts[value.split("=")[0]] = Number(value.split("=")[1]);
    else throw new Error(`unknown option \`${flag}\`: use --seed N, --count COLLECTION=N, --out DIR`);
  }
  mkdirSync(dir, { recursive: true });
  for (const [collection, documents] of Object.entries(generate({ seed, counts }))) {
    writeFileSync(join(dir, `${collection}.bson`), Buffer.concat(documents));
    console.log(`${collection}.bson: ${documents.length} documents`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
