/** Calls `field(index, start, length)` for each field of each tuple (length -1: NULL) and `row()` after each. @internal */
export function eachField(tuples: Uint8Array, field: (index: number, start: number, length: number) => void, row: () => void): void {
  const data = new DataView(tuples.buffer, tuples.byteOffset, tuples.byteLength);
  for (let at = 0; at < tuples.length; ) {
    const count = data.getInt16(at);
    at += 2;
    for (let index = 0; index < count; index++) {
      const length = data.getInt32(at);
      at += 4;
      field(index, at, length);
      if (length > 0) at += length;
    }
    row();
  }
}

/** Tuples of rows given as field bytes (null: NULL). @internal */
export function writeTuples(rows: readonly (readonly (Uint8Array | null)[])[]): Uint8Array {
  let length = 0;
  for (const row of rows) for (const value of row) length += 4 + (value?.length ?? 0);
  const out = new Uint8Array(length + rows.length * 2);
  const data = new DataView(out.buffer);
  let at = 0;
  for (const row of rows) {
    data.setInt16(at, row.length);
    at += 2;
    for (const value of row) {
      data.setInt32(at, value === null ? -1 : value.length);
      at += 4;
      if (value !== null) {
        out.set(value, at);
        at += value.length;
      }
    }
  }
  return out;
}
