/** Where JSON values stand in bytes that come in pieces: one after the other, one a line, or in an array. */
const SPACE: Uint8Array = flags(" \t\r\n");
const STOP: Uint8Array = flags(" \t\r\n,[]{}\"");

function flags(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;

/** Something that is not between values; `at` is the offset in all bytes. */
export class JsonPlaceError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Nothing is parsed here: only strings and brackets are looked at. Bytes must be given once and in order. */
export class JsonValues {
  #where: "outside" | "first" | "between" | "next" = "outside";
  #depth = 0;
  #string = false;
  #escaped = false;
  #inside = false;
  #start = 0;
  #at = 0;

  /** Offset of the value that is not complete yet, or of the end. */
  get rest(): number {
    return this.#inside ? this.#start : this.#at;
  }

  /** Looks at more bytes; `value(start, end)` is told each complete value, in offsets in all bytes. */
  push(bytes: Uint8Array, value: (start: number, end: number) => void): void {
    const base = this.#at;
    let index = 0;
    const end = (to: number): void => {
      this.#inside = false;
      value(this.#start, base + to);
      if (this.#where !== "outside") this.#where = "between";
    };
    while (index < bytes.length) {
      const byte = bytes[index] as number;
      if (!this.#inside) {
        if (SPACE[byte] === 1) index++;
        else if (this.#separator(byte, base + index)) index++;
        else {
          this.#inside = true;
          this.#start = base + index;
          this.#depth = 0;
        }
      } else if (this.#string) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#string = false;
          if (this.#depth === 0) end(index + 1);
        }
        index++;
      } else if (byte === QUOTE) {
        // A word directly before a string ends there.
        if (this.#depth === 0 && base + index > this.#start) end(index);
        else {
          this.#string = true;
          index++;
        }
      } else if (byte === OPEN || byte === 0x7b) {
        if (this.#depth === 0 && base + index > this.#start) end(index);
        else {
          this.#depth++;
          index++;
        }
      } else if (byte === CLOSE || byte === 0x7d) {
        if (this.#depth === 0) {
          // A stray bracket is a value of its own; the parser says what is wrong with it.
          if (base + index === this.#start) index++;
          end(index);
        } else {
          index++;
          if (--this.#depth === 0) end(index);
        }
      } else if (this.#depth === 0 && STOP[byte] === 1 && base + index > this.#start) {
        end(index);
      } else {
        index++;
        if (this.#depth === 0 && byte === COMMA) end(index);
      }
    }
    this.#at = base + bytes.length;
  }

  /** There are no more bytes. */
  end(value: (start: number, end: number) => void): void {
    if (this.#inside) {
      if (this.#depth > 0 || this.#string) throw new JsonPlaceError(this.#start, "a document is not closed before the end");
      this.#inside = false;
      value(this.#start, this.#at);
      if (this.#where !== "outside") this.#where = "between";
    }
    if (this.#where !== "outside") throw new JsonPlaceError(this.#at, "the array is not closed before the end");
  }

  #separator(byte: number, at: number): boolean {
    switch (this.#where) {
      case "outside":
        if (byte !== OPEN) return false;
        this.#where = "first";
        return true;
      case "between":
        if (byte !== COMMA && byte !== CLOSE) throw new JsonPlaceError(at, "expected `,` or `]` after a document");
        this.#where = byte === COMMA ? "next" : "outside";
        return true;
      case "first":
        if (byte !== CLOSE) return false;
        this.#where = "outside";
        return true;
      case "next": return false;
    }
  }
}
