type Numbers = Uint8Array | Uint32Array | Float64Array | BigInt64Array;

/** A typed array that grows. */
export class Growing<T extends Numbers> {
  /** Longer than what is in it. */
  array: T;
  length = 0;

  constructor(make: new (length: number) => T) {
    this.array = new make(64);
  }

  push(value: T extends BigInt64Array ? bigint : number): void {
    this.#room(1);
    this.array[this.length++] = value as never;
  }

  append(values: ArrayLike<number>): void {
    this.#room(values.length);
    this.array.set(values as never, this.length);
    this.length += values.length;
  }

  #room(more: number): void {
    if (this.length + more <= this.array.length) return;
    const larger = new (this.array.constructor as new (length: number) => T)(Math.max(this.length + more, this.array.length * 2));
    larger.set(this.array as never);
    this.array = larger;
  }
}
