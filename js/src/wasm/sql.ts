// The second module: texts, of SQL for those who are connected to a database, and for readers. It compiles a mapping on its own.
import * as bundled from "../../../pkg/rowlens_sql.js";
import type { WasmPlan } from "./handle.ts";
import { Instance, type Loadable } from "./instance.ts";

/** @internal */
export interface SqlPlan {
  explain(): string;
  ddl(ifNotExists: boolean, idMap: boolean): string;
  check_statement(): string;
  check(catalog: string): unknown;
  write_statements(collection: number): unknown;
  read_statement(collection: number): string | undefined;
  stream_statement(collection: number): string | undefined;
  digest_statement(collection: number, scope: number, stored: boolean): string | undefined;
  migrate(to: never): unknown;
  free(): void;
}

interface SqlGlue extends Loadable {
  Plan: { compile(text: string, fidelity?: string | null): SqlPlan };
}

/** @internal */
export const sqlInstance = new Instance(bundled as unknown as SqlGlue, "rowlens.wasm.sql", 'the SQL of rowlens is not initialised: call `await initSql()` of "rowlens/sql" once, after `init()`');

/** What a plan was compiled from. It hangs on the plan itself, where every copy of the package finds it. */
const SOURCE: unique symbol = Symbol.for("rowlens.source") as never;
interface Source {
  text: string;
  fidelity: string | undefined;
  sql?: SqlPlan;
}
type Sourced = WasmPlan & { [SOURCE]?: Source };

/** @internal */
export function keepSource(plan: WasmPlan, text: string, fidelity: string | undefined): WasmPlan {
  (plan as Sourced)[SOURCE] = { text, fidelity };
  return plan;
}

/** The same plan in the module of SQL; compiled at the first call. @internal */
export function sqlPlan(plan: WasmPlan): SqlPlan {
  const source = (plan as Sourced)[SOURCE] as Source;
  source.sql ??= sqlInstance.get().Plan.compile(source.text, source.fidelity);
  return source.sql;
}
