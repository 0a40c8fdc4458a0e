import { unreadable } from "./unreadable.ts";

const DAY_MS = 86_400_000;
/** 2000-01-01 in days and milliseconds since 1970. */
const EPOCH_DAYS = 10_957;
const EPOCH_MS = EPOCH_DAYS * DAY_MS;
const DAY_US = 86_400_000_000n;
const INFINITY = 2n ** 63n - 1n;
const MINUS_INFINITY = -(2n ** 63n);
/** PostgreSQL's own range: 4713 BC to 294276 AD, and to 5874897 AD for dates. */
const TIMESTAMP_MIN = -211_813_488_000_000_000n;
const TIMESTAMP_END = 9_223_371_331_200_000_000n;
const DAY_MIN = -2_451_545;
const DAY_END = 2_145_031_949;
const DATE_LIMIT = 8_640_000_000_000_000;

/** Year, month and day of a day since 1970, in the proleptic Gregorian calendar (year 0 is 1 BC). */
function civil(days: number): [number, number, number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * ofYear + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * mp + 2) / 5) + 1];
}

function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear - 719_468;
}

const two = (value: number): string => String(value).padStart(2, "0");

function dateText(days: number): [text: string, era: string] {
  const [year, month, day] = civil(days);
  return [`${String(year > 0 ? year : 1 - year).padStart(4, "0")}-${two(month)}-${two(day)}`, year > 0 ? "" : " BC"];
}

/** Text of a binary `date` (days since 2000). @internal */
export function dateToText(days: number): string {
  if (days === 2_147_483_647) return "infinity";
  if (days === -2_147_483_648) return "-infinity";
  return dateText(days + EPOCH_DAYS).join("");
}

/** Text of a binary `timestamp` or `timestamptz` (microseconds since 2000), in UTC. @internal */
export function timestampToText(microseconds: bigint, zone: boolean): string {
  if (microseconds === INFINITY) return "infinity";
  if (microseconds === MINUS_INFINITY) return "-infinity";
  let days = microseconds / DAY_US;
  let rest = microseconds % DAY_US;
  if (rest < 0n) {
    rest += DAY_US;
    days -= 1n;
  }
  const inDay = Number(rest);
  const seconds = Math.floor(inDay / 1_000_000);
  const fraction = inDay % 1_000_000;
  const [date, era] = dateText(Number(days) + EPOCH_DAYS);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${date} ${clock}${fraction === 0 ? "" : `.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`}${zone ? "+00" : ""}${era}`;
}

/** A Date for microseconds since 2000; undefined where a Date cannot say them exactly. @internal */
export function timestampToDate(microseconds: bigint): Date | undefined {
  if (microseconds % 1000n !== 0n) return undefined;
  const ms = Number(microseconds / 1000n) + EPOCH_MS;
  return Math.abs(ms) <= DATE_LIMIT ? new Date(ms) : undefined;
}

const DATE = /^((?:[+-]\d{6})|\d{4,})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6})0*)?)?\s*(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?\s*(BC)?$/i;

/** Microseconds since 2000 of a PostgreSQL (ISO style) or ISO 8601 text. @internal */
export function timestampFromText(text: string, zone: boolean): bigint {
  const trimmed = text.trim();
  if (/^-infinity$/i.test(trimmed)) return MINUS_INFINITY;
  if (/^\+?infinity$/i.test(trimmed)) return INFINITY;
  const match = DATE.exec(trimmed);
  if (!match) throw unreadable(zone ? "timestamptz" : "timestamp", text);
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset, bc] = match;
  // ISO 8601's signed years (`-000001`) count 1 BC as year 0; PostgreSQL's era does not.
  const days = checkedDays(text, Number(year), Number(month), Number(day), bc !== undefined);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (Number(minute) > 59 || Number(second) > 60 || seconds > 86_400) throw unreadable(zone ? "timestamptz" : "timestamp", text);
  const shift = zone && offset !== undefined && !/^z$/i.test(offset) ? offsetSeconds(offset) : 0;
  const microseconds = BigInt(days - EPOCH_DAYS) * DAY_US + BigInt(seconds - shift) * 1_000_000n + BigInt(fraction.padEnd(6, "0") || 0);
  if (microseconds < TIMESTAMP_MIN || microseconds >= TIMESTAMP_END) throw unreadable(zone ? "timestamptz" : "timestamp", text);
  return microseconds;
}

function offsetSeconds(offset: string): number {
  const digits = offset.slice(1).replaceAll(":", "").padEnd(6, "0");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6));
  return offset.startsWith("-") ? -seconds : seconds;
}

/** Day since 1970, where there is such a day. */
function checkedDays(text: string, year: number, month: number, day: number, bc: boolean): number {
  const proleptic = bc ? 1 - year : year;
  const days = daysFromCivil(proleptic, month, day);
  const [y, m, d] = civil(days);
  if (y !== proleptic || m !== month || d !== day) throw unreadable("date", text);
  return days;
}

/** How a driver made a Date of a text without a zone: as UTC (Drizzle), or in the process's own time zone (drivers themselves). */
export type WallClock = "utc" | "local";

/** Microseconds since 2000 of a Date. @internal */
export function timestampFromDate(value: Date, clock: WallClock = "utc"): bigint {
  const ms = clock === "utc" ? value.getTime() : localTime(value);
  if (Number.isNaN(ms)) throw unreadable("timestamp", value);
  return BigInt(ms - EPOCH_MS) * 1000n;
}

/** The wall clock's time in the process's own zone, read as if it were UTC. */
function localTime(value: Date): number {
  const shifted = new Date(0);
  shifted.setUTCFullYear(value.getFullYear(), value.getMonth(), value.getDate());
  shifted.setUTCHours(value.getHours(), value.getMinutes(), value.getSeconds(), value.getMilliseconds());
  return Number.isNaN(value.getTime()) ? Number.NaN : shifted.getTime();
}

/** Days since 2000 of a date text. @internal */
export function dateFromText(text: string): number {
  const trimmed = text.trim();
  if (/^-infinity$/i.test(trimmed)) return -2_147_483_648;
  if (/^\+?infinity$/i.test(trimmed)) return 2_147_483_647;
  const match = /^(\d{4,})-(\d{2})-(\d{2})\s*(BC)?$/i.exec(trimmed);
  if (!match) throw unreadable("date", text);
  const days = checkedDays(text, Number(match[1]), Number(match[2]), Number(match[3]), match[4] !== undefined) - EPOCH_DAYS;
  if (days < DAY_MIN || days >= DAY_END) throw unreadable("date", text);
  return days;
}

/** Days since 2000 of a Date at midnight: UTC's (`postgres`, PGlite, Drizzle), or the process's own (`pg`). @internal */
export function dateFromDate(value: Date): number {
  let days = (value.getTime() - EPOCH_MS) / DAY_MS;
  if (!Number.isInteger(days)) days = (localTime(value) - EPOCH_MS) / DAY_MS;
  if (!Number.isInteger(days)) throw unreadable("date (midnight UTC)", value);
  return days;
}
