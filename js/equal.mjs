// @ts-check
/** Elements of a BSON document as [name, type, value]. @param {Uint8Array} bson @returns {[string, number, Uint8Array][]} */
function elements(bson) {
  const data = new DataView(bson.buffer, bson.byteOffset, bson.length);
  const int = (/** @type {number} */ at) => data.getInt32(at, true);
  const cstring = (/** @type {number} */ at) => bson.indexOf(0, at) + 1 - at;
  const string = (/** @type {number} */ at) => 4 + int(at);
  /** @type {Record<number, (at: number) => number>} */
  const lengths = { 1: () => 8, 2: string, 3: int, 4: int, 5: (at) => 5 + int(at), 6: () => 0, 7: () => 12, 8: () => 1, 9: () => 8, 10: () => 0, 11: (at) => { const first = cstring(at); return first + cstring(at + first); }, 12: (at) => string(at) + 12, 13: string, 14: string, 15: int, 16: () => 4, 17: () => 8, 18: () => 8, 19: () => 16, 127: () => 0, 255: () => 0 };
  const list = /** @type {[string, number, Uint8Array][]} */ ([]);
  for (let at = 4; at < bson.length - 1; ) {
    const type = /** @type {number} */ (bson[at]);
    const name = cstring(at + 1);
    const start = at + 1 + name;
    const length = lengths[type]?.(start);
    if (length === undefined) throw new Error(`unknown BSON type ${type}`);
    list.push([Buffer.from(bson.subarray(at + 1, start - 1)).toString("latin1"), type, bson.subarray(start, start + length)]);
    at = start + length;
  }
  return list;
}

/** Whether two BSON documents are the same, the order of an object's keys ignored. @param {Uint8Array} a @param {Uint8Array} b @returns {boolean} */
export function equalDocuments(a, b) {
  if (Buffer.compare(a, b) === 0) return true;
  const sorted = (/** @type {Uint8Array} */ bson) => elements(bson).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0));
  const [left, right] = [sorted(a), sorted(b)];
  return left.length === right.length && left.every(([name, type, value], index) => {
    const other = /** @type {[string, number, Uint8Array]} */ (right[index]);
    return name === other[0] && type === other[1] && (type === 3 || type === 4 ? equalDocuments(value, other[2]) : Buffer.compare(value, other[2]) === 0);
  });
}
