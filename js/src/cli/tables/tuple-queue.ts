/** Tuples of one table as they come from a file, taken by the key of the document they belong to. */
export class TupleQueue {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #column: number;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #done = false;

  /** @param column index of the column that holds the document's key */
  constructor(chunks: AsyncIterable<Uint8Array>, column: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#column = column;
  }

  /** The next tuples, about `bytes` of them, and their keys; undefined at the end. */
  async take(bytes: number): Promise<{ tuples: Uint8Array; keys: Set<string> } | undefined> {
    const keys = new Set<string>();
    const tuples = await this.#run((key, taken) => {
      if (taken >= bytes && !keys.has(key)) return false;
      keys.add(key);
      return true;
    });
    return tuples.length === 0 ? undefined : { tuples, keys };
  }

  /** The next tuples as long as their key is one of `keys`. */
  takeOf(keys: ReadonlySet<string>): Promise<Uint8Array> {
    return this.#run((key) => keys.has(key));
  }

  /** Whether nothing is left. */
  async empty(): Promise<boolean> {
    return !(await this.#fill());
  }

  async #run(wanted: (key: string, taken: number) => boolean): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    let taken = 0;
    while (await this.#fill()) {
      const start = this.#at;
      let open = true;
      while (this.#at < this.#chunk.length && open) {
        const { end, key } = this.#tuple();
        open = wanted(key, taken + this.#at - start);
        if (open) this.#at = end;
      }
      parts.push(this.#chunk.subarray(start, this.#at));
      taken += this.#at - start;
      if (!open) break;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  async #fill(): Promise<boolean> {
    while (!this.#done && this.#at >= this.#chunk.length) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#done = true;
      else {
        this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
        this.#at = 0;
      }
    }
    return this.#at < this.#chunk.length;
  }

  /** The tuple at `#at`: where it ends, and its key as Latin-1 of its bytes. */
  #tuple(): { end: number; key: string } {
    const bytes = this.#chunk;
    let at = this.#at;
    let key = "";
    const count = bytes.readInt16BE(at);
    at += 2;
    for (let index = 0; index < count; index++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      const end = at + Math.max(0, length);
      if (index === this.#column) key = bytes.toString("latin1", at, end);
      at = end;
    }
    return { end: at, key };
  }
}
