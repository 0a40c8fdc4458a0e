import { WriterMemory } from "./writer-memory.ts";

const encoder = new TextEncoder();
/** Longer strings go through Buffer or TextEncoder; shorter ones are copied by hand while they are ASCII, which is faster. */
const BY_HAND = 28;
/** Room that is always left behind a field's name: every value of fixed size fits in. */
const SLACK = 32;

/**
 * Writes BSON into a memory, which grows. There is one for all, that engines know where its bytes are; whose they are changes with every
 * {@link Writer.begin}. @internal
 */
export class Writer {
  #memory = new WriterMemory();
  bytes = this.#memory.bytes;
  data = this.#memory.data;
  #buffer = this.#memory.buffer;
  at = 0;

  /** Writes over what is in `memory`. */
  begin(memory: WriterMemory): void {
    this.#memory = memory;
    this.at = 0;
    memory.reserve();
    this.#look();
  }

  #look(): void {
    const { bytes, data, buffer } = this.#memory;
    this.bytes = bytes;
    this.data = data;
    this.#buffer = buffer;
  }

  /** Room for `more` further bytes, and a little. */
  room(more: number): void {
    if (this.at + more + SLACK > this.bytes.length) this.#grow(this.at + more + SLACK);
  }

  #grow(needed: number): void {
    this.#memory.grow(needed, this.at);
    this.#look();
  }

  /** Type byte and name of a field, and room for a value of fixed size; false where the name holds a NUL. */
  head(type: number, name: string): boolean {
    const length = name.length;
    this.room(length * 3 + 2);
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = type;
    for (let index = 0; index < length; index++) {
      const code = name.charCodeAt(index);
      if (code > 0x7f) return this.#wideHead(name);
      if (code === 0) return false;
      bytes[at++] = code;
    }
    bytes[at] = 0;
    this.at = at + 1;
    return true;
  }

  #wideHead(name: string): boolean {
    if (name.includes("\0")) return false;
    this.at++;
    this.utf8(name);
    this.bytes[this.at++] = 0;
    return true;
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

  /** The same for an integer that is a number: a Date's. */
  integer64(value: number): void {
    this.room(8);
    const high = Math.floor(value / 4_294_967_296);
    this.data.setInt32(this.at, value - high * 4_294_967_296, true);
    this.data.setInt32(this.at + 4, high, true);
    this.at += 8;
  }

  raw(value: ArrayLike<number>): void {
    const { length } = value;
    this.room(length);
    if (length <= 20) {
      const { bytes, at } = this;
      for (let index = 0; index < length; index++) bytes[at + index] = value[index] as number;
    } else {
      this.bytes.set(value, this.at);
    }
    this.at += length;
  }

  /** UTF-8 without anything around it. A lone surrogate becomes U+FFFD, as in the driver. */
  utf8(text: string): void {
    this.room(text.length * 3);
    this.#utf8(text);
  }

  /** The same where there is room. */
  #utf8(text: string): void {
    const { length } = text;
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
    this.at = at + (this.#buffer === undefined ? encoder.encodeInto(text, bytes.subarray(at)).written : this.#buffer.write(text, at));
  }

  cstring(text: string): void {
    this.utf8(text);
    this.byte(0);
  }

  /** int32 length, UTF-8, NUL. */
  string(text: string): void {
    this.room(text.length * 3 + 5);
    const start = this.at;
    this.at = start + 4;
    this.#utf8(text);
    this.bytes[this.at++] = 0;
    this.data.setInt32(start, this.at - start - 4, true);
  }
}
