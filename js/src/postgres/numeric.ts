import { unreadable } from "./unreadable.ts";

const NEGATIVE = 0x4000;
const SPECIAL: Record<number, string> = { 0xc000: "NaN", 0xd000: "Infinity", 0xf000: "-Infinity" };

/** Exact text of a binary numeric, with its display scale, as PostgreSQL prints it. @internal */
export function numericToText(data: DataView, at: number): string {
  const count = data.getInt16(at);
  const weight = data.getInt16(at + 2);
  const sign = data.getUint16(at + 4);
  const scale = data.getUint16(at + 6) & 0x3fff;
  const special = SPECIAL[sign];
  if (special !== undefined) return special;
  const group = (index: number): string => (index >= 0 && index < count ? String(data.getInt16(at + 8 + index * 2)).padStart(4, "0") : "0000");
  let text = "";
  for (let index = 0; index <= weight; index++) text += group(index);
  text = text.replace(/^0+(?=\d)/, "") || "0";
  if (scale > 0) {
    let fraction = "";
    for (let index = weight + 1; fraction.length < scale; index++) fraction += group(index);
    text += `.${fraction.slice(0, scale)}`;
  }
  return sign === NEGATIVE ? `-${text}` : text;
}

const DECIMAL = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;

/** Binary numeric of a decimal text; `scale` pads the display scale as a `numeric(p,s)` column does. @internal */
export function numericFromText(text: string, scale?: number): Uint8Array {
  const trimmed = text.trim();
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  // PostgreSQL sends infinities with a scale of 32: a bit of its header shines through. The bytes are to be the same.
  if (special) return special[2]?.toLowerCase() === "nan" ? pack([], 0, 0xc000, 0) : pack([], 0, special[1] === "-" ? 0xf000 : 0xd000, 32);
  const match = DECIMAL.exec(trimmed);
  if (!match || (match[2] === "" && !match[3])) throw unreadable("numeric", text);
  let whole = match[2] ?? "";
  let fraction = match[3] ?? "";
  const exponent = Number(match[4] ?? 0);
  if (Math.abs(exponent) > 131_072) throw unreadable("numeric", text);
  if (exponent > 0) {
    fraction = fraction.padEnd(exponent, "0");
    whole += fraction.slice(0, exponent);
    fraction = fraction.slice(exponent);
  } else if (exponent < 0) {
    whole = whole.padStart(-exponent, "0");
    fraction = whole.slice(exponent) + fraction;
    whole = whole.slice(0, exponent);
  }
  if (scale !== undefined) {
    const surplus = fraction.slice(scale);
    if (/[^0]/.test(surplus)) throw unreadable(`numeric with ${scale} decimals`, text);
    fraction = fraction.slice(0, scale).padEnd(scale, "0");
  }
  if (fraction.length > 0x3fff) throw unreadable("numeric", text);
  whole = whole.replace(/^0+/, "");
  const displayed = fraction.length;
  whole = whole.padStart(Math.ceil(whole.length / 4) * 4, "0");
  const digits = whole + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, "0");
  const groups: number[] = [];
  for (let at = 0; at < digits.length; at += 4) groups.push(Number(digits.slice(at, at + 4)));
  let weight = whole.length / 4 - 1;
  let first = 0;
  while (first < groups.length && groups[first] === 0) {
    first++;
    weight--;
  }
  let last = groups.length;
  while (last > first && groups[last - 1] === 0) last--;
  const kept = groups.slice(first, last);
  return kept.length === 0 ? pack([], 0, 0, displayed) : pack(kept, weight, match[1] === "-" ? NEGATIVE : 0, displayed);
}

function pack(groups: number[], weight: number, sign: number, scale: number): Uint8Array {
  const out = new Uint8Array(8 + groups.length * 2);
  const data = new DataView(out.buffer);
  data.setInt16(0, groups.length);
  data.setInt16(2, weight);
  data.setUint16(4, sign);
  data.setUint16(6, scale);
  groups.forEach((group, index) => data.setInt16(8 + index * 2, group));
  return out;
}
