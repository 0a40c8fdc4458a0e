import { RowlensError } from "../core/rowlens-error.ts";
import { VERSION } from "../core/version.ts";

/** What wasm-bindgen's glue of every module has. @internal */
export interface Loadable {
  initSync(module: { module: WebAssembly.Module | BufferSource }): unknown;
  default(module: { module_or_path: unknown }): Promise<unknown>;
}

/** One instance of a WebAssembly module per process and version, whichever of ESM, CJS or bundled copies of the package comes first. @internal */
export class Instance<Glue extends Loadable> {
  readonly #glue: Glue;
  readonly #slots: Record<symbol, Record<string, unknown> | undefined> = globalThis as never;
  readonly #made: symbol;
  readonly #pending: symbol;
  readonly #source: symbol;
  readonly #help: string;

  /** `name`: of the slots on `globalThis`; `help`: what to do where it is not there. */
  constructor(glue: Glue, name: string, help: string) {
    this.#glue = glue;
    this.#made = Symbol.for(name);
    this.#pending = Symbol.for(`${name}.pending`);
    this.#source = Symbol.for(`${name}.source`);
    this.#help = help;
  }

  /** Names the place that bytes come from where they can be had synchronously. */
  provide(source: () => WebAssembly.Module | BufferSource): void {
    this.#put(this.#source, source);
  }

  /** The instance; made at the first call where that can be done synchronously. */
  get(): Glue {
    const made = this.#slots[this.#made]?.[VERSION] as Glue | undefined;
    if (made) return made;
    const source = this.#slots[this.#source]?.[VERSION] as (() => WebAssembly.Module | BufferSource) | undefined;
    if (!source) throw new RowlensError("not-initialised", this.#help);
    this.start(source());
    return this.get();
  }

  /** Makes the instance from bytes or a module that are here. */
  start(module: WebAssembly.Module | BufferSource): void {
    if (this.#has(this.#made)) return;
    // A second instance would take the first one's place inside the glue, and with it every plan made until then.
    if (this.#has(this.#pending)) throw new RowlensError("not-initialised", "rowlens is being initialised: wait for the promise that `init()` gave");
    this.#glue.initSync({ module });
    this.#put(this.#made, this.#glue);
  }

  /** Makes the instance from whatever `source` gives: bytes, a module, a URL, a response. Whoever comes second waits for the first. */
  startAsync(source: () => unknown): Promise<void> {
    if (this.#has(this.#made)) return Promise.resolve();
    const pending = this.#slots[this.#pending]?.[VERSION] as Promise<void> | undefined;
    if (pending) return pending;
    const started = this.#glue
      .default({ module_or_path: source() })
      .then(() => this.#put(this.#made, this.#glue))
      // After a failure the next call tries again.
      .finally(() => delete this.#slots[this.#pending]?.[VERSION]);
    this.#put(this.#pending, started);
    return started;
  }

  /** Whether bytes can be had synchronously, or the instance is there. */
  get ready(): boolean {
    return this.#has(this.#made) || this.#has(this.#source);
  }

  #has(slot: symbol): boolean {
    return this.#slots[slot]?.[VERSION] !== undefined;
  }

  #put(slot: symbol, value: unknown): void {
    this.#slots[slot] = { ...this.#slots[slot], [VERSION]: value };
  }
}
