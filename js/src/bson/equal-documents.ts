import { RowlensError } from "../core/rowlens-error.ts";

const OBJECT = 3;
const ARRAY = 4;
const CODE_WITH_SCOPE = 15;

interface Element {
  name: string;
  type: number;
  value: Uint8Array;
}

/**
 * Whether two BSON documents are the same value: byte-identical, or so with the order of an object's keys ignored. Types,
 * `-0`, NaN bits, a Decimal128's exponent and the order of arrays all count. Of a name that occurs twice, the order counts too.
 * @example
 * equalDocuments(encodeDocument({ a: 1, b: 2 }), encodeDocument({ b: 2, a: 1 })); // true
 */
export function equalDocuments(a: Uint8Array, b: Uint8Array): boolean {
  return identicalBytes(a, b) || (a.length === b.length && equalElements(elements(a), elements(b), true));
}

/** Whether two byte strings are the same. @internal */
export function identicalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function equalElements(a: Element[], b: Element[], sorted: boolean): boolean {
  if (a.length !== b.length) return false;
  if (sorted) {
    a.sort(byName);
    b.sort(byName);
  }
  return a.every((left, index) => {
    const right = b[index] as Element;
    return left.name === right.name && left.type === right.type && equalValues(left.type, left.value, right.value);
  });
}

const byName = (a: Element, b: Element): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function equalValues(type: number, a: Uint8Array, b: Uint8Array): boolean {
  if (identicalBytes(a, b)) return true;
  if (a.length !== b.length) return false;
  if (type === OBJECT || type === ARRAY) return equalElements(elements(a), elements(b), type === OBJECT);
  if (type === CODE_WITH_SCOPE) {
    const scope = 8 + int32(a, 4);
    return identicalBytes(a.subarray(0, scope), b.subarray(0, scope)) && equalDocuments(a.subarray(scope), b.subarray(scope));
  }
  return false;
}

const int32 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24));

/** Names as Latin-1 of their bytes: cheap, and as good for comparing. */
function elements(bson: Uint8Array): Element[] {
  const list: Element[] = [];
  for (let at = 4; at < bson.length - 1; ) {
    const type = bson[at] as number;
    const end = bson.indexOf(0, at + 1);
    if (end < 0) throw malformed(at);
    let name = "";
    for (let index = at + 1; index < end; index++) name += String.fromCharCode(bson[index] as number);
    const start = end + 1;
    at = start + valueLength(type, bson, start);
    if (at > bson.length) throw malformed(start);
    list.push({ name, type, value: bson.subarray(start, at) });
  }
  return list;
}

/** Length of the value of type `type` that starts at `at`. @internal */
export function valueLength(type: number, bson: Uint8Array, at: number): number {
  switch (type) {
    case 0x06: case 0x0a: case 0x7f: case 0xff: return 0;
    case 0x08: return 1;
    case 0x10: return 4;
    case 0x01: case 0x09: case 0x11: case 0x12: return 8;
    case 0x07: return 12;
    case 0x13: return 16;
    case 0x02: case 0x0d: case 0x0e: return 4 + int32(bson, at);
    case 0x03: case 0x04: case 0x0f: return int32(bson, at);
    case 0x05: return 5 + int32(bson, at);
    case 0x0c: return 16 + int32(bson, at);
    case 0x0b: return bson.indexOf(0, bson.indexOf(0, at) + 1) + 1 - at;
    default: throw malformed(at);
  }
}

const malformed = (at: number): RowlensError => new RowlensError("bson-malformed", `the bytes at ${at} are not BSON`);
