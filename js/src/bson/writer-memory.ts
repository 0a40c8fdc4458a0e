/** There is at least this, and what is beyond that is not kept for the next document. */
const LEAST = 1 << 14;
const KEEP = 1 << 22;
const NOTHING = new Uint8Array();

const bufferOf = (bytes: Uint8Array): Buffer | undefined => (typeof Buffer === "function" ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : undefined);

/** Gives at least `needed` bytes that begin with the first `kept` of those it gave before, `before`. @internal */
export type Allocate = (needed: number, before: Uint8Array, kept: number) => Uint8Array;

const fresh: Allocate = (needed, before, kept) => {
  const bytes = new Uint8Array(needed);
  bytes.set(before.subarray(0, kept));
  return bytes;
};

/** Bytes to be written over, again and again: of JavaScript, or of WebAssembly, which then need not be copied there. @internal */
export class WriterMemory {
  bytes: Uint8Array = NOTHING;
  data: DataView = new DataView(NOTHING.buffer);
  /** The same bytes, where there are Buffers: they write texts without a view of their own. */
  buffer: Buffer | undefined;
  readonly #allocate: Allocate;

  constructor(allocate: Allocate = fresh) {
    this.#allocate = allocate;
  }

  /** Makes room for `length` bytes; what is in them may be lost. Views of WebAssembly's memory have nothing in them any more when it has grown. */
  reserve(length = 0): void {
    const has = this.bytes.length;
    const needed = Math.max(length, LEAST);
    if (has < needed || has > KEEP) this.#replace(this.#allocate(needed, this.bytes, 0));
  }

  /** Makes room for `needed` bytes and more; the first `kept` stay. */
  grow(needed: number, kept: number): void {
    this.#replace(this.#allocate(Math.max(needed, this.bytes.length * 2), this.bytes, kept));
  }

  /** There are none any more: whoever writes next has to ask for them. */
  release(): void {
    this.#replace(NOTHING);
  }

  #replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = bufferOf(bytes);
  }
}
