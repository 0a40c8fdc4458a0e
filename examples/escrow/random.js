// @ts-check
import mongoose from "mongoose";

const { BSON } = mongoose.mongo;

/** FNV-1a: one number from a name, so that every collection and document has a stream of its own. @param {string} text */
export function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** mulberry32. @param {number} seed @returns {() => number} numbers in [0, 1) */
export function mulberry32(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The ObjectId of the `index`th document of a collection: the same for every count. @param {number} seed @param {string} collection @param {number} index */
export function objectIdOf(seed, collection, index) {
  const next = mulberry32(hash(`${seed}/${collection}/${index}/_id`));
  const seconds = 1704067200 + Math.floor(next() * 60000000);
  return objectId(next, seconds);
}

/** @param {() => number} next @param {number} seconds */
function objectId(next, seconds) {
  let hex = seconds.toString(16).padStart(8, "0");
  while (hex.length < 24) hex += Math.floor(next() * 65536).toString(16).padStart(4, "0");
  return new BSON.ObjectId(hex);
}

const TEXTS = [
  "Handed over to the courier this morning.",
  "Größe L, Farbe „Mitternachtsblau“ – bitte prüfen",
  'He said: "works as new", box included',
  "Line one\nLine two\r\nLine three",
  "Tab\tseparated\tvalues",
  "C:\\photos\\2024\\invoice.pdf",
  "\\N is not null here, and \\. is no end",
  "商品は新品です。送料込み。",
  "Пожалуйста, проверьте адрес доставки",
  "قیمت نهایی شامل کارمزد است",
  "Ready to ship 🚀 (tracked, insured)",
  "O'Reilly's book, 3rd edition; {curly}, [square], \"quoted\"",
  "Please confirm receipt so that the funds can be released.",
  "control \u0001 and del \u007f",
  "<b>bold</b> & <i>italic</i>",
];
const TITLES = ["Ledger Nano X, sealed", "MacBook Pro 14″ M3", "Vintage Leica M6 camera", "Kaffeemühle Comandante C40", "Logo design, three drafts", "Server migration", "ゲーム機 Switch OLED", "Winterjacke, Größe M", 'Monitor 27" 4K', "Ковёр ручной работы", "Used GPU \\ tested", "Translation DE→EN"];
const FIRST = ["Anna", "Björn", "Chloé", "Darius", "Elif", "Фёдор", "Giulia", "Hiroshi", "İpek", "José", "سارا", "Łukasz"];
const LAST = ["Müller", "O'Neil", "García", "Kowalski", "Şahin", "Иванов", "Tanaka", "Nguyễn", "Smith", "Rezaei"];
const CITIES = ["Zürich", "Łódź", "São Paulo", "İstanbul", "Reykjavík", "Lyon", "東京", "Tehran"];
const COUNTRIES = ["CH", "PL", "BR", "TR", "IS", "FR", "JP", "IR", "DE", "US"];
const TAGS = ["fragile", "express", "gift", "größer", "tech", "b2b", "second hand", 'odd "tag"', "a,b", "{x}", "NULL"];
const SCALE = { BTC: 8, ETH: 18, USDT: 6, TRX: 6, USD: 2, EUR: 2 };

/** One document's source of values. */
export class Random {
  /** @param {number} seed @param {string} collection @param {number} index @param {Record<string, number>} counts */
  constructor(seed, collection, index, counts) {
    this.seed = seed;
    this.counts = counts;
    this.index = index;
    this.next = mulberry32(hash(`${seed}/${collection}/${index}`));
    this.id = objectIdOf(seed, collection, index);
    this.created = new Date(Math.floor(1704067200000 + this.next() * 6e10));
  }
  /** @param {number} from @param {number} to inclusive */
  int(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }
  /** @param {number} p */
  chance(p) {
    return this.next() < p;
  }
  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }
  /** An optional field: missing in one of eight. @template T @param {() => T} make @param {number} [missing] @returns {T | undefined} */
  maybe(make, missing = 0.125) {
    return this.chance(missing) ? undefined : make();
  }
  /** @template T @param {number} n @param {(i: number) => T} make @returns {T[]} */
  list(n, make) {
    return Array.from({ length: n }, (_, i) => make(i));
  }
  /** An id for a subdocument. */
  oid() {
    return objectId(this.next, 1704067200 + this.int(0, 60000000));
  }
  /** The id of a document that exists. @param {string} collection */
  ref(collection) {
    return objectIdOf(this.seed, collection, this.int(0, Math.max(1, this.counts[collection] ?? 1) - 1));
  }
  /** @param {number} n */
  hex(n) {
    return this.list(n, () => this.int(0, 15).toString(16)).join("");
  }
  /** @param {number} n */
  bytes(n) {
    return Buffer.from(this.hex(n * 2), "hex");
  }
  /** @param {number} [whole] digits before the point @param {string} [currency] */
  money(currency = "USDT", whole = 4) {
    const scale = SCALE[/** @type {keyof typeof SCALE} */ (currency)];
    const fraction = this.chance(0.3) ? "5".padEnd(scale, "0") : this.list(scale, () => this.int(0, 9)).join("");
    return BSON.Decimal128.fromString(`${this.int(0, 10 ** whole - 1)}.${fraction}`);
  }
  /** @param {number} whole @param {number} scale */
  decimal(whole, scale) {
    return BSON.Decimal128.fromString(`${this.int(0, 10 ** whole - 1)}.${this.list(scale, () => this.int(0, 9)).join("")}`);
  }
  currency() {
    return this.pick(Object.keys(SCALE));
  }
  /** @param {number} [days] */
  later(days = 30) {
    return new Date(this.created.getTime() + this.int(1, days * 86400000));
  }
  text() {
    return this.pick(TEXTS);
  }
  title() {
    return this.pick(TITLES);
  }
  first() {
    return this.pick(FIRST);
  }
  last() {
    return this.pick(LAST);
  }
  city() {
    return this.pick(CITIES);
  }
  country() {
    return this.pick(COUNTRIES);
  }
  /** @param {number} [max] */
  tags(max = 3) {
    return [...new Set(this.list(this.int(0, max), () => this.pick(TAGS)))];
  }
  network() {
    return this.pick(["bitcoin", "ethereum", "tron", "polygon"]);
  }
  address() {
    return `0x${this.hex(40)}`;
  }
  url() {
    return `https://shop.example/${this.hex(8)}?q=${encodeURIComponent(this.pick(CITIES))}`;
  }
  /** Values as admin screens and webhooks leave them in Mixed fields. */
  mixed() {
    return { source: this.pick(["web", "ios", "api"]), note: this.text(), score: this.int(0, 1000) / 8, flags: [true, null, this.int(0, 9)], nested: { ip: `10.0.${this.int(0, 255)}.${this.int(0, 255)}`, ua: "Mozilla/5.0 (X11)" } };
  }
}
