// @ts-check
// Documents that no schema of today would write, and that years of scripts, drivers and migrations have left behind.
import mongoose from "mongoose";
import { generate } from "./generate.js";
import { objectIdOf } from "./random.js";

const { BSON } = mongoose.mongo;
const { Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, BSONRegExp, Timestamp, UUID, DBRef, BSONSymbol } = BSON;

// Bytes by hand, for what no serializer writes.
/** @param {string} text */
const cstring = (text) => Buffer.from(`${text}\0`, "utf8");
/** @param {number} type @param {string} name @param {Uint8Array} value */
const element = (type, name, value = Buffer.alloc(0)) => Buffer.concat([Buffer.from([type]), cstring(name), value]);
/** @param {number} n */
const int32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeInt32LE(n);
  return b;
};
/** @param {bigint} n */
const int64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigInt64LE(n);
  return b;
};
/** @param {Uint8Array[]} elements */
const document = (...elements) => Buffer.concat([int32(5 + elements.reduce((n, e) => n + e.length, 0)), ...elements, Buffer.from([0])]);
/** @param {string} text */
const string = (text) => {
  const bytes = cstring(text);
  return Buffer.concat([int32(bytes.length), bytes]);
};
/** Elements after those of a document. @param {Uint8Array} bson @param {Uint8Array[]} elements */
const append = (bson, ...elements) => {
  const body = Buffer.from(bson.subarray(4, bson.length - 1));
  return document(body, ...elements);
};

const decimal = Decimal128.fromString;

/**
 * @param {number} [seed] of the normal documents that some of these start from
 * @returns {{ collection: string, reason: string, bson: Uint8Array }[]}
 */
export function awkward(seed = 1) {
  const normal = generate({ seed });
  /** @type {{ collection: string, reason: string, bson: Uint8Array }[]} */
  const out = [];
  let ids = 0;
  /** A new id at every call. */
  const id = () => objectIdOf(seed, "awkward", ids++);
  /** @param {string} collection @param {string} reason @param {Uint8Array} bson */
  const raw = (collection, reason, bson) => out.push({ collection, reason, bson: new Uint8Array(bson) });
  /** A whole document of its own. @param {string} collection @param {string} reason @param {Record<string, any>} value */
  const own = (collection, reason, value) => raw(collection, reason, BSON.serialize({ _id: id(), ...value }));
  /** A normal document with a change; every BSON type is kept. @param {string} collection @param {(d: any) => any} [change] */
  const base = (collection, change = () => {}) => {
    const list = normal[collection];
    const d = BSON.deserialize(list[out.length % list.length], { promoteValues: false, bsonRegExp: true });
    d._id = id();
    return BSON.serialize(change(d) ?? d);
  };
  /** @param {string} collection @param {string} reason @param {(d: any) => any} change */
  const like = (collection, reason, change) => raw(collection, reason, base(collection, change));

  // Legacy shapes and fields that nobody mapped.
  own("payments", "only an _id", {});
  own("users", "only an _id", {});
  own("payments", "v1 shape: amount in cents, addresses in one string, no method", { amountCents: new Int32(1999), currency: "usd", from_to: "alice>bob", created: 1514764800 });
  own("purchaserequests", "v1 shape: one item at the top level", { title: "Old request", item: { title: "Old item", price: 12.5 }, budget: 100 });
  like("payments", "extra fields at every depth", (d) => {
    d.legacyNote = "migrated";
    d.quote = { ...(d.quote ?? {}), debug: { raw: [1, { deep: true }] } };
    for (const e of d.events) e.extra = { at: new Date(0), by: new ObjectId("5f0000000000000000000001") };
  });
  like("users", "extra fields in nested objects and in elements", (d) => {
    d.profile = { firstName: "A", nickname: "B", location: { city: "C", geo: { type: "Point", coordinates: [8.5, 47.4] } } };
    d.points.frozen = new Int32(3);
    d.wallets = [{ _id: id(), network: "bitcoin", address: "bc1q", chainId: Long.fromNumber(1) }];
  });
  like("disputes", "extra fields two arrays deep", (d) => {
    d.evidence = [{ _id: id(), submittedBy: id(), submittedAt: new Date(1), files: [{ _id: id(), name: "a", exif: { iso: 100 } }, { name: "no id" }], votes: [1, 2] }];
  });
  like("payments", "a discriminator's fields on the other variant", (d) => Object.assign(d, { method: "card", network: "tron", txHash: "0x1", cardLast4: "4242", processor: "stripe" }));
  like("payments", "an unknown discriminator value", (d) => Object.assign(d, { method: "voucher", voucherCode: "X-1" }));
  like("payments", "a discriminator that is a number", (d) => Object.assign(d, { method: new Int32(2) }));
  like("payments", "no discriminator, and fields of a variant", (d) => {
    delete d.method;
    d.txHash = "0xabc";
  });
  like("notifications", "an unknown kind with fields of a variant's own table", (d) => Object.assign(d, { kind: "system", payment: id(), preview: "p" }));
  like("notifications", "a kind with none of its variant's fields", (d) => ({ _id: d._id, kind: "payment", user: d.user, title: "t" }));
  like("disputes", "steps of unknown and missing kind", (d) => {
    d.steps = [{ _id: id(), kind: "vote", at: new Date(5), text: "x" }, { _id: id(), at: new Date(6), amount: decimal("1.0") }, { kind: "comment", text: "no id" }];
  });

  // Money.
  like("payments", "amounts as string, double, int32 and int64", (d) => Object.assign(d, { amount: "12.50", amountReceived: new Double(0.1), platformFee: new Int32(3), sellerNet: Long.fromString("9007199254740993") }));
  for (const text of ["1E+3", "0.00", "-0", "-0.00", "NaN", "Infinity", "-Infinity", "1E+6144", "1E-6176", "9.999999999999999999999999999999999E+6144", "0E+6111", "0E-6176", "1.50", "100", "1.0E+2"]) {
    like("payments", `Decimal128 ${text} in a numeric`, (d) => Object.assign(d, { amount: decimal(text), fees: { odd: decimal(text) } }));
  }
  like("selleroffers", "unit prices that numeric(20,8) cannot hold exactly", (d) => {
    d.lineItems = ["1.5", "1.123456789", "1234567890123.00000000", "0E-8", "NaN", "1E+2"].map((price) => ({ _id: id(), title: price, unitPrice: decimal(price), quantity: new Int32(1) }));
  });
  like("fundsledgerentries", "amount and sequence in other types", (d) => Object.assign(d, { amount: Long.fromString("5"), sequence: new Double(7), balanceAfter: "n/a" }));
  like("fundsledgerentries", "int64 extremes", (d) => Object.assign(d, { sequence: Long.MIN_VALUE, amount: Long.MAX_VALUE }));

  // Numbers.
  for (const [name, n] of /** @type {[string, any][]} */ ([["NaN", new Double(NaN)], ["Infinity", new Double(Infinity)], ["-Infinity", new Double(-Infinity)], ["-0", new Double(-0)], ["5.0 as a double", new Double(5)], ["int64 5", Long.fromNumber(5)], ["2.5", new Double(2.5)], ["1e300", new Double(1e300)], ["5e-324", new Double(5e-324)], ["2^53", new Double(2 ** 53)], ["decimal 5.0", decimal("5.0")], ["a string", "5"], ["a boolean", true]])) {
    like("payments", `${name} in integer, double precision and bigint columns`, (d) => Object.assign(d, { attempts: n, riskScore: n, blockHeight: n, __v: n }));
  }
  like("users", "numbers in numeric columns of type number", (d) => Object.assign(d, { rating: { average: new Double(-0), count: new Double(4294967296) } }));
  like("trezoraccounts", "integers beyond int4", (d) => Object.assign(d, { nextIndex: new Double(2147483648), __v: Long.fromNumber(-2147483649) }));

  // Enums, strings, characters.
  like("payments", "a status that the enum does not know", (d) => Object.assign(d, { status: "chargeback" }));
  like("payments", "enum values in other case, empty, and as an array", (d) => Object.assign(d, { status: "Funded", ownerModel: "", network: ["tron"] }));
  like("payments", "card digits of other lengths", (d) => Object.assign(d, { method: "card", cardLast4: "42 " }));
  like("payments", "card digits as a number", (d) => Object.assign(d, { method: "card", cardLast4: new Int32(42) }));
  like("users", "a name longer than its column", (d) => Object.assign(d, { username: "ü".repeat(41) }));
  like("users", "a name of 40 astral characters, 80 UTF-16 units", (d) => Object.assign(d, { username: "😀".repeat(40) }));
  like("users", "trailing white space and empty strings", (d) => Object.assign(d, { username: `${"x".repeat(40)}  `, email: "", passwordHash: " " }));
  like("payments", "NUL in strings, in jsonb and in a map key's value", (d) => Object.assign(d, { note: "a\0b", tags: ["\0", "ok"], metadata: { "k": "x\0y", deep: ["\0"] } }));
  like("blogposts", "a lone escape, COPY's end mark, and quotes", (d) => Object.assign(d, { title: "\\.", excerpt: "\\N", tags: ["\\", '"', "{}", "null", "NULL", "", " "] }));
  like("chats", "odd numbers and extended JSON look-alikes in jsonb", (d) => Object.assign(d, { messages: [{ $numberLong: "5" }, { $oid: "x" }, { n: new Double(1), l: Long.fromNumber(1), d: decimal("1.0"), nan: new Double(NaN), z: new Double(-0), big: new Double(1e308) }] }));

  // Null, missing, empty.
  like("payments", "null in every optional place", (d) => Object.assign(d, { quote: null, fees: null, events: null, tags: null, metadata: null, note: null, amount: null, txHash: null, createdAt: null, __v: null }));
  like("payments", "empty where something is expected", (d) => Object.assign(d, { quote: {}, fees: {}, events: [], tags: [], metadata: {}, note: "", dispute: null }));
  like("payments", "fields missing that are null by default", (d) => {
    for (const name of ["dispute", "fundedAt", "releasedAt", "refundedAt", "events", "tags", "__v"]) delete d[name];
  });
  like("payments", "the deprecated undefined", (d) => d);
  out[out.length - 1].bson = new Uint8Array(append(out[out.length - 1].bson, element(0x06, "legacyUndefined")));
  like("users", "nested objects null and empty", (d) => Object.assign(d, { profile: {}, points: null, referral: { code: null }, rating: {}, wallets: [null, {}], passkeys: null, notificationChannels: {} }));
  like("users", "nested objects replaced by scalars and arrays", (d) => Object.assign(d, { profile: "none", points: [1, 2], referral: new Int32(0), rating: false, wallets: { 0: { address: "x" } }, notificationChannels: [true] }));
  like("payments", "null and foreign elements in arrays", (d) => Object.assign(d, { tags: ["a", null, new Int32(3), ["b"], { c: 1 }], events: [null, "event", new Int32(1), [], {}, d.events[0]] }));
  like("payments", "arrays where objects were expected", (d) => Object.assign(d, { quote: [{ provider: "x" }], fees: [decimal("1")], metadata: [1, 2] }));
  like("payments", "objects where arrays were expected", (d) => Object.assign(d, { tags: { 0: "a", 1: "b" }, events: { 0: { type: "x" } } }));
  like("payments", "scalars where arrays were expected", (d) => Object.assign(d, { tags: "single", events: "none" }));
  like("payments", "two events with one _id, one without, one with a string", (d) => {
    const twin = id();
    d.events = [{ _id: twin, type: "a" }, { _id: twin, type: "b" }, { type: "c" }, { _id: "evt-1", type: "d" }, { _id: null, type: "e" }];
  });
  like("selleroffers", "price tiers: ragged", (d) => Object.assign(d, { priceTiers: [[1, 2.5], [3]] }));
  like("selleroffers", "price tiers: empty rows", (d) => Object.assign(d, { priceTiers: [[], []] }));
  like("selleroffers", "price tiers: empty", (d) => Object.assign(d, { priceTiers: [] }));
  like("selleroffers", "price tiers: one level too few, too many, and null", (d) => Object.assign(d, { priceTiers: [1, [2], [[3]], null] }));
  like("selleroffers", "price tiers: NaN, -0, a string", (d) => Object.assign(d, { priceTiers: [[new Double(NaN), new Double(-0)], ["1", Long.fromNumber(2)]] }));
  like("shopsettings", "shelves: null, scalars and deeper arrays among rows", (d) => Object.assign(d, { shelves: [["a", null], null, "b", [["c"]], [], { 0: "d" }] }));
  like("shopsettings", "shelves: empty", (d) => Object.assign(d, { shelves: [] }));
  like("categories", "ancestors as strings, nulls and objects", (d) => Object.assign(d, { parent: "5f0000000000000000000001", ancestors: ["5f0000000000000000000001", null, { _id: 1 }, id()] }));

  // References and identities.
  like("payments", "references as strings, populated, DBRef and UUID", (d) => Object.assign(d, { buyer: "5f0000000000000000000001", seller: { _id: id(), username: "populated" }, offer: new DBRef("selleroffers", id()), dispute: new UUID("9b1c2d3e-4f50-4a6b-8c7d-0e1f2a3b4c5d") }));
  like("payments", "refPath to an unknown model, without a model, without an id", (d) => {
    d.ownerModel = "Invoice";
  });
  like("reviews", "refPath missing", (d) => {
    delete d.subjectModel;
  });
  for (const [name, value] of /** @type {[string, any][]} */ ([["a string", "legacy-17"], ["an empty string", ""], ["a string of 24 hex digits", "5f0000000000000000000001"], ["a string that starts with ~", "~substitute"], ["an int32", new Int32(17)], ["an int64", Long.fromString("17")], ["a double", new Double(17.5)], ["a UUID", new UUID("9b1c2d3e-4f50-4a6b-8c7d-0e1f2a3b4c5d")], ["a legacy UUID (subtype 3)", new Binary(Buffer.alloc(16, 7), 3)], ["a compound object", { tenant: "a", n: new Int32(1) }], ["a date", new Date(0)], ["null", null], ["a boolean", false], ["a Decimal128", decimal("17")], ["MinKey", new MinKey()]])) {
    like("payments", `_id is ${name}`, (d) => Object.assign(d, { _id: value }));
  }
  like("users", "_id is a compound object with an ObjectId", (d) => Object.assign(d, { _id: { region: "eu", user: id() } }));
  like("telegramsessions", "_id is an ObjectId where strings are the rule", (d) => Object.assign(d, { _id: id() }));
  like("telegramsessions", "_id is a string with the substitute's mark", (d) => Object.assign(d, { _id: `~${"0".repeat(32)}` }));
  like("telegramsessions", "_id is a number", (d) => Object.assign(d, { _id: new Int32(5), messageIds: [new Int32(1), "2", null, Long.fromNumber(3), new Double(4.5)] }));
  like("telegramsessions", "_id with NUL", (d) => Object.assign(d, { _id: "a\0b" }));
  raw("payments", "_id not first", BSON.serialize(new Map(/** @type {[string, any][]} */ ([["reference", "late id"], ["amount", decimal("1.00")], ["_id", id()]]))));
  raw("payments", "no _id at all", BSON.serialize({ reference: "no id", amount: decimal("1") }));

  // Keys.
  like("payments", "dotted, dollar, empty, numeric and quoted keys", (d) => Object.assign(d, { "a.b": 1, "quote.rate": "shadow", $set: { x: 1 }, "": "empty", "0": "zero", "it's": 1, "[x]": 2, "{y}": 3, "@": 4, "with space": 5, "ключ": 6 }));
  like("payments", "a map with odd keys", (d) => Object.assign(d, { fees: { "": decimal("1"), "a.b": decimal("2"), $c: decimal("3"), "0": decimal("4"), "x y": decimal("5"), "'": decimal("6"), "日本": decimal("7"), "\\N": decimal("8"), ["k".repeat(300)]: decimal("9"), nul: null, text: "10", obj: { a: 1 } } }));
  like("shopsettings", "a map of objects with other values, and odd days", (d) => Object.assign(d, { openingHours: { mon: "closed", "": { opens: "1", closes: "2" }, "tue.am": { opens: "3" }, wed: null, thu: [], fri: {}, sat: { opens: 8, closes: 12, note: "x" } } }));
  like("chats", "a map of counts with other numbers", (d) => Object.assign(d, { unread: { a: new Double(1.5), b: Long.fromNumber(2), c: "3", d: null } }));
  like("payments", "keys like those of the complement and of objects in JavaScript", (d) => Object.assign(d, { v: 1, fields: {}, types: { a: "date" }, rows: [], order: null, constructor: "c", toString: "t", hasOwnProperty: 1 }));
  raw("payments", "a key named __proto__", append(base("payments"), element(0x03, "__proto__", document(element(0x02, "polluted", string("yes"))))));
  raw("payments", "a scalar key twice, and with two types", append(base("payments"), element(0x02, "note", string("first")), element(0x02, "note", string("second")), element(0x10, "amount", int32(7))));
  raw("payments", "a subdocument and an array twice", append(base("payments"), element(0x03, "quote", document(element(0x02, "provider", string("twice")))), element(0x04, "tags", document(element(0x02, "0", string("again"))))));
  raw("payments", "_id twice", append(base("payments"), element(0x10, "_id", int32(1))));
  raw("payments", "array keys out of order, with gaps, repeated and not numbers", document(element(0x07, "_id", id().id), element(0x04, "tags", document(element(0x02, "1", string("b")), element(0x02, "0", string("a")), element(0x02, "7", string("c")), element(0x02, "7", string("d")), element(0x02, "x", string("e")), element(0x02, "", string("f")))), element(0x04, "events", document(element(0x03, "5", document(element(0x02, "type", string("x"))))))));
  raw("payments", "a map key twice", document(element(0x07, "_id", id().id), element(0x03, "fees", document(element(0x10, "network", int32(1)), element(0x10, "network", int32(2))))));
  raw("payments", "keys twice in an unmapped object and inside jsonb", document(element(0x07, "_id", id().id), element(0x03, "old", document(element(0x10, "a", int32(1)), element(0x10, "a", int32(2)))), element(0x03, "metadata", document(element(0x10, "a", int32(1)), element(0x08, "a", Buffer.from([1]))))));

  // Dates.
  for (const [name, ms] of /** @type {[string, bigint][]} */ ([["the smallest int64", -(2n ** 63n)], ["the largest int64", 2n ** 63n - 1n], ["JavaScript's last plus one", 8640000000000001n], ["before 4713 BC", -210866803200001n], ["PostgreSQL's last plus one", 9224318016000000n], ["year 0", -62167219200000n], ["year 10000", 253402300800000n], ["1969", -1n]])) {
    raw("payments", `a date: ${name}`, document(element(0x07, "_id", id().id), element(0x09, "createdAt", int64(ms)), element(0x09, "unmappedAt", int64(ms)), element(0x03, "metadata", document(element(0x09, "at", int64(ms)))), element(0x04, "events", document(element(0x03, "0", document(element(0x09, "at", int64(ms))))))));
  }
  like("payments", "dates as ISO strings, seconds and Timestamp", (d) => Object.assign(d, { createdAt: "2019-05-01T00:00:00Z", updatedAt: new Int32(1556668800), expiresAt: new Timestamp({ t: 1556668800, i: 1 }), fundedAt: "" }));

  // Rare types.
  const rare = () => ({ min: new MinKey(), max: new MaxKey(), ts: new Timestamp({ t: 4294967295, i: 4294967295 }), re: new BSONRegExp("^a/b\\d", "imx"), code: new Code("function () { return 1 }"), scoped: new Code("x", { x: 1 }), sym: new BSONSymbol("s"), bin: new Binary(Buffer.from([1, 2, 3]), 0x80), old: new Binary(Buffer.from([1, 2]), 2), enc: new Binary(Buffer.alloc(20, 9), 6) });
  like("payments", "MinKey, MaxKey, Timestamp, RegExp, Code and others in typed columns", (d) => Object.assign(d, { amount: new MinKey(), status: new MaxKey(), createdAt: new Timestamp({ t: 1, i: 2 }), note: new BSONRegExp("a", "i"), reference: new Code("1"), tags: [new MinKey()] }));
  like("payments", "rare types unmapped, in jsonb and in elements", (d) => Object.assign(d, { rare: rare(), metadata: rare(), events: [{ _id: id(), type: "x", ...rare() }] }));
  like("configsettings", "a Mixed value of rare types", (d) => Object.assign(d, { value: rare(), type: "json" }));
  for (const [name, value] of /** @type {[string, any][]} */ ([["null", null], ["a string", "text"], ["-0", new Double(-0)], ["NaN", new Double(NaN)], ["int64", Long.MAX_VALUE], ["a date", new Date(0)], ["a regular expression", new BSONRegExp("x", "")], ["an empty object", {}], ["an empty array", []], ["MinKey", new MinKey()]])) {
    like("configsettings", `a Mixed value that is ${name}`, (d) => Object.assign(d, { value }));
  }
  raw("configsettings", "a DBPointer and undefined", append(base("configsettings"), element(0x0c, "pointer", Buffer.concat([string("db.users"), Buffer.alloc(12, 1)])), element(0x06, "nothing")));
  like("users", "passkeys with other binaries, strings and lone numbers", (d) => {
    d.passkeys = [new Binary(Buffer.from([0, 255]), 0x80), new Binary(Buffer.alloc(16, 3), 4), new Binary(Buffer.alloc(0), 0), "AQID", [1, 2, 3]].map((credentialId) => ({ _id: id(), credentialId, publicKey: new Binary(Buffer.from([1]), 0), counter: Long.fromNumber(1), transports: ["usb", "carrier-pigeon", null] }));
  });

  // Depth and size.
  /** @param {number} n @param {(inner: any) => any} wrap */
  const deep = (n, wrap) => {
    let v = /** @type {any} */ ("bottom");
    for (let i = 0; i < n; i++) v = wrap(v);
    return v;
  };
  own("payments", "objects 90 deep, unmapped and in jsonb", { abyss: deep(90, (a) => ({ a })), metadata: deep(90, (a) => ({ a })) });
  own("payments", "arrays 90 deep", { abyss: deep(90, (a) => [a]), tags: deep(90, (a) => [a]) });
  own("chats", "messages 90 deep", { messages: deep(90, (a) => [{ a }]) });
  own("payments", "1,000 events and 1,000 fees", { events: Array.from({ length: 1000 }, (_, i) => ({ _id: objectIdOf(seed, "awkward/event", i), type: `t${i}` })), fees: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`fee${i}`, decimal(`${i}.5`)])) });
  own("payments", "500 unmapped fields", Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, i % 2 ? i : String(i)])));
  own("blogposts", "a text of 1 MB", { title: "ß\\\t".repeat(250000), content: { text: "\u0001".repeat(50000) } });
  return out;
}
