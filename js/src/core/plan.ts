import { wasm, type WasmPlan } from "../wasm/handle.ts";
import { keepSource, sqlPlan } from "../wasm/sql.ts";
import { Collection } from "./collection.ts";
import type { CollectionDescription, Fidelity } from "./description.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Issue } from "./issue.ts";
import type { Mapping } from "./mapping.ts";
import { RowlensError } from "./rowlens-error.ts";

/** Options of {@link compile}. */
export interface CompileOptions {
  /** Fidelity of all collections, whatever the mapping says. */
  fidelity?: Fidelity;
}

/** Options of {@link Plan.ddl}. */
export interface DdlOptions {
  /** `CREATE TABLE IF NOT EXISTS`. Default false. */
  ifNotExists?: boolean;
  /** With the `id_map` table, where some key is looked up. Default true. */
  idMap?: boolean;
}

/**
 * Compiles a mapping (an object, or its JSON text).
 * @throws RowlensError `mapping-invalid`, with all faults of the mapping as `issues`.
 * @example
 * const plan = compile(JSON.parse(await readFile("mapping.json", "utf8")));
 */
export function compile(mapping: Mapping | object | string, options: CompileOptions = {}): Plan {
  const text = typeof mapping === "string" ? mapping : JSON.stringify(mapping);
  try {
    return Plan.make(keepSource(wasm().Plan.compile(text, options.fidelity), text, options.fidelity));
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    const issues = thrown as Issue[];
    throw new RowlensError("mapping-invalid", issues.map((issue) => `${issue.path === "" ? "mapping" : issue.path}: ${issue.message}${issue.help === undefined ? "" : ` (${issue.help})`}`).join("\n"), issues);
  }
}

/**
 * A compiled mapping; immutable. Plans are meant to be kept: compile once, use for every batch.
 * @example
 * const plan = compile(mapping);
 * await database.exec(plan.ddl({ ifNotExists: true }));
 * const rows = plan.collection("payments").toRows(batch);
 */
export class Plan {
  /** Collections, tables and columns as data. */
  readonly description: readonly CollectionDescription[];
  /** Findings that do not forbid the plan. */
  readonly warnings: readonly Issue[];
  readonly #collections: Map<string, Collection> = new Map();
  #plan: WasmPlan | undefined;

  /** @internal */
  static make(plan: WasmPlan): Plan {
    return new Plan(plan);
  }

  /** @internal Statements and warnings of the way from one plan to another; throws issues. */
  static migration(from: Plan, to: Plan): [statements: string[], warnings: Issue[]] {
    return sqlPlan(from.#live()).migrate(sqlPlan(to.#live()) as never) as [string[], Issue[]];
  }

  private constructor(plan: WasmPlan) {
    this.#plan = plan;
    this.description = plan.describe() as CollectionDescription[];
    this.warnings = plan.warnings() as Issue[];
  }

  /** Where everything goes, table by table, for readers. Browsers call `initSql()` of `rowlens/sql` before: it is in the second module. */
  explain(): string {
    return sqlPlan(this.#live()).explain();
  }

  /** The same as data, with the warnings. */
  explanation(): { collections: readonly CollectionDescription[]; warnings: readonly Issue[] } {
    return { collections: this.description, warnings: this.warnings };
  }

  /** `CREATE` statements for everything the plan writes to. Browsers call `initSql()` of `rowlens/sql` before: it is in the second module. */
  ddl(options: DdlOptions = {}): string {
    return sqlPlan(this.#live()).ddl(options.ifNotExists ?? false, options.idMap ?? true);
  }

  /** The statement that asks a database what it has of the plan: no parameters, one row with one text column, `catalog`, for {@link Plan.check}. */
  checkStatement(): string {
    return sqlPlan(this.#live()).check_statement();
  }

  /**
   * What of a database does not fit the plan, all at once.
   * @param catalog - The answer to {@link Plan.checkStatement}.
   * @returns Findings, each with what would mend it as its `help`; none where everything fits.
   * @throws RowlensError `catalog-invalid`, where `catalog` is no answer to this plan's statement.
   * @example
   * const { rows } = await client.query(plan.checkStatement());
   * for (const issue of plan.check(rows[0].catalog)) console.log(`${issue.message}: ${issue.help}`);
   */
  check(catalog: string): Issue[] {
    const issues = sqlPlan(this.#live()).check(catalog) as Issue[] | undefined;
    if (issues === undefined) throw new RowlensError("catalog-invalid", "this is no answer to the plan's `checkStatement()`: pass the column `catalog` of its row");
    return issues;
  }

  /**
   * One collection, to convert documents and rows.
   * @throws RowlensError `unknown-collection`, with the nearest name.
   */
  collection(name: string): Collection {
    const known = this.#collections.get(name);
    if (known) return known;
    const names = this.description.map((collection) => collection.name);
    if (typeof name !== "string") throw new RowlensError("unknown-collection", `a collection is said by its name; the mapping has ${names.map((known) => `\`${known}\``).join(", ")}`);
    const index = names.indexOf(name);
    if (index < 0) {
      const near = didYouMean(name, names);
      throw new RowlensError("unknown-collection", `there is no collection \`${name}\` in the mapping; ${near === undefined ? `it has ${names.map((known) => `\`${known}\``).join(", ")}` : `did you mean \`${near}\`?`}`);
    }
    const collection = Collection.make(this.#live(), index, this.description[index] as CollectionDescription);
    this.#collections.set(name, collection);
    return collection;
  }

  /** Gives the plan's memory back at once; otherwise that happens when it is garbage. The plan is dead after that. */
  free(): void {
    for (const collection of this.#collections.values()) collection.free();
    this.#collections.clear();
    this.#plan?.free();
    this.#plan = undefined;
  }

  #live(): WasmPlan {
    if (!this.#plan) throw new RowlensError("plan-freed", "this plan was freed");
    return this.#plan;
  }
}
