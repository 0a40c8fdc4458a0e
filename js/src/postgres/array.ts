import { type ColumnType, ELEMENT_OID } from "./column-type.ts";
import { unreadable } from "./unreadable.ts";

/** A PostgreSQL array as nested JavaScript arrays. @internal */
export type Nested<T> = (T | null | Nested<T>)[];

/** Nested arrays of a binary array; `element(start, length)` reads one. @internal */
export function readArray<T>(data: DataView, at: number, element: (start: number, length: number) => T): Nested<T> {
  const dimensions = data.getInt32(at);
  const lengths = Array.from({ length: dimensions }, (_, index) => data.getInt32(at + 12 + index * 8));
  let next = at + 12 + dimensions * 8;
  const read = (depth: number): Nested<T> =>
    Array.from({ length: lengths[depth] ?? 0 }, () => {
      if (depth < dimensions - 1) return read(depth + 1);
      const length = data.getInt32(next);
      const start = next + 4;
      next = start + Math.max(0, length);
      return length < 0 ? null : element(start, length);
    });
  return read(0);
}

/** Binary array of nested arrays; `encode` gives the bytes of one element. @internal */
export function writeArray(type: ColumnType, value: readonly unknown[], encode: (element: unknown) => Uint8Array): Uint8Array {
  const lengths: number[] = [];
  // Elements of a one-dimensional array may be arrays themselves only where they are JSON.
  for (let level: unknown = value; Array.isArray(level) && lengths.length < type.dimensions && level.length > 0; level = level[0]) lengths.push(level.length);
  if (value.length > 0 && lengths.length < type.dimensions) throw unreadable(`array of ${type.dimensions} dimensions`, value);
  const parts: (Uint8Array | null)[] = [];
  const collect = (level: unknown, depth: number): void => {
    if (depth === lengths.length) {
      parts.push(level === null || level === undefined ? null : encode(level));
    } else {
      if (!Array.isArray(level) || level.length !== lengths[depth]) throw unreadable("rectangular array", value);
      for (const item of level) collect(item, depth + 1);
    }
  };
  if (lengths.length > 0) collect(value, 0);
  const out = new Uint8Array(12 + lengths.length * 8 + parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 0));
  const data = new DataView(out.buffer);
  data.setInt32(0, lengths.length);
  data.setInt32(4, parts.includes(null) ? 1 : 0);
  data.setInt32(8, ELEMENT_OID[type.kind]);
  lengths.forEach((length, index) => {
    data.setInt32(12 + index * 8, length);
    data.setInt32(16 + index * 8, 1);
  });
  let at = 12 + lengths.length * 8;
  for (const part of parts) {
    data.setInt32(at, part === null ? -1 : part.length);
    at += 4;
    if (part) out.set(part, at);
    at += part?.length ?? 0;
  }
  return out;
}

/** Text of nested arrays of texts, as PostgreSQL prints it. @internal */
export function arrayToText(value: Nested<string>): string {
  return `{${value.map((item) => (item === null ? "NULL" : Array.isArray(item) ? arrayToText(item) : quote(item))).join(",")}}`;
}

function quote(text: string): string {
  return text === "" || /[{}",\\ \t\n\v\f\r]/.test(text) || /^null$/i.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}

const SPACE = /[ \t\n\v\f\r]/;

/** Nested arrays of texts of PostgreSQL's array text. @internal */
export function arrayFromText(text: string): Nested<string> {
  let at = 0;
  // PostgreSQL's white space is ASCII: a no-break space is part of an element, and is not quoted.
  const space = (): void => {
    while (SPACE.test(text[at] ?? "")) at++;
  };
  // An explicit lower bound, `[0:2]={…}`, says nothing that documents could hold.
  const bounds = /^\s*(?:\[[-\d]+:[-\d]+\])+\s*=/.exec(text);
  if (bounds) at = bounds[0].length;
  const list = (): Nested<string> => {
    const items: Nested<string> = [];
    space();
    if (text[at++] !== "{") throw unreadable("array", text);
    space();
    if (text[at] === "}") {
      at++;
      return items;
    }
    for (;;) {
      space();
      items.push(text[at] === "{" ? list() : item());
      space();
      const next = text[at++];
      if (next === "}") return items;
      if (next !== ",") throw unreadable("array", text);
    }
  };
  const item = (): string | null => {
    let value = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"'; at++) {
        if (text[at] === "\\") at++;
        if (at >= text.length) throw unreadable("array", text);
        value += text[at];
      }
      at++;
      return value;
    }
    while (at < text.length && !/[,{}]/.test(text[at] as string)) {
      if (text[at] === "\\") at++;
      value += text[at++] ?? "";
    }
    value = value.replace(/[ \t\n\v\f\r]+$/, "");
    if (value === "") throw unreadable("array", text);
    return /^null$/i.test(value) ? null : value;
  };
  const value = list();
  space();
  if (at !== text.length) throw unreadable("array", text);
  return value;
}
