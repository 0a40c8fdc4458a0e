const encoder = new TextEncoder();
/** Longer strings go through TextEncoder; shorter ones are copied by hand while they are ASCII, which is faster. */
const BY_HAND = 48;
/** A buffer beyond this is not kept for the next document. */
const KEEP = 1 << 22;

/** A growing buffer that BSON is written into. @internal */
export class Writer {
  bytes: Uint8Array = new Uint8Array(1 << 14);
  data: DataView = new DataView(this.bytes.buffer);
  at = 0;

  /** Forgets what was written. */
  reset(): void {
    this.at = 0;
    if (this.bytes.length > KEEP) this.#replace(new Uint8Array(1 << 14));
  }

  /** Room for `more` further bytes. */
  room(more: number): void {
    const needed = this.at + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.at));
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer);
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.at++] = value;
  }

  int32(value: number): void {
    this.room(4);
    this.data.setInt32(this.at, value, true);
    this.at += 4;
  }

  double(value: number): void {
    this.room(8);
    this.data.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** 64 bits in two's complement. */
  int64(value: bigint): void {
    this.room(8);
    this.data.setBigInt64(this.at, value, true);
    this.at += 8;
  }

  raw(value: ArrayLike<number>): void {
    this.room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** UTF-8 without anything around it. A lone surrogate becomes U+FFFD, as in the driver. */
  utf8(text: string): void {
    const length = text.length;
    this.room(length * 3);
    const { bytes, at } = this;
    if (length <= BY_HAND) {
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[at + index] = code;
      }
      if (index === length) {
        this.at = at + length;
        return;
      }
    }
    this.at = at + (encoder.encodeInto(text, at === 0 ? bytes : bytes.subarray(at)).written ?? 0);
  }

  cstring(text: string): void {
    this.utf8(text);
    this.byte(0);
  }

  /** int32 length, UTF-8, NUL. */
  string(text: string): void {
    const start = this.at;
    this.room(4);
    this.at += 4;
    this.cstring(text);
    this.data.setInt32(start, this.at - start - 4, true);
  }
}
