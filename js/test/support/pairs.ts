import type { CollectionMapping, Mapping } from "rowlens";
import type { Choices } from "../database/simulation/choices.ts";

/** Two mappings for the same documents, and such documents as Extended JSON. */
export interface MappingPair {
  from: Mapping;
  to: Mapping;
  documents: string;
}

type Part = Pick<CollectionMapping, "columns" | "children">;
type Column = NonNullable<CollectionMapping["columns"]>[string];
type Child = NonNullable<CollectionMapping["children"]>[number];

const SCALARS = ["text", "varchar(2)", "char(3)", "integer", "bigint", "numeric", "numeric(6,2)", "double precision", "boolean", "timestamptz(3)", "date", "uuid", "bytea", "jsonb", "mood", "text[]", "integer[]"];
const KINDS = ["A", "B"];

function shuffled<T>(choices: Choices, list: readonly T[]): T[] {
  const out = [...list];
  for (let end = out.length; end > 1; end--) {
    const at = choices.below(end);
    [out[at], out[end - 1]] = [out[end - 1] as T, out[at] as T];
  }
  return out;
}

/** A mapping: every field in the complement, a column, JSON or tables, under any name and in any order. */
class Layout {
  #tables = 0;
  readonly choices: Choices;

  constructor(choices: Choices) {
    this.choices = choices;
  }

  mapping(): Mapping {
    const { choices } = this;
    const part = this.part(["a", "b", "w", "l", "m"], 1, "");
    const columns = { ...part.columns, [choices.pick(["kind", "a_kind"])]: { path: "kind", type: "text" } };
    const variants = Object.fromEntries(shuffled(choices, KINDS).map((kind) => [kind, { ...(choices.chance(0.3) ? { table: this.#table("own") } : {}), ...this.part(["v", "ev"], 1, `${choices.pick(["x", "y"])}${kind}`) }]));
    const discriminator = choices.chance(0.5) ? { discriminator: { path: "kind", variants } } : {};
    const things = { table: choices.pick(["things", "t0"]), key: { column: "id", as: "integer" as const }, complement: choices.pick(["rest", "rest2"]), ...(choices.chance(0.2) ? { hash: "digest" } : {}), ...part, columns, ...discriminator };
    return { version: 1, enums: { mood: choices.pick([["s", "t"], ["s", "t", "xy"], ["t", "s"]]) }, collections: { things } };
  }

  /** Few names for many tables: they are exchanged and handed on. */
  #table(base: string): string {
    return this.choices.chance(0.7) ? `t${++this.#tables}` : `${base}${++this.#tables}`;
  }

  #column(path: string, types: readonly string[] = SCALARS): Column {
    const { choices } = this;
    const type = choices.pick(types);
    return { path, type, ...(/^(integer|bigint|numeric|double)/.test(type) && choices.chance(0.3) ? { bson: "number" } : {}), ...(type !== "jsonb" && choices.chance(0.15) ? { absent: "null" } : {}) } as Column;
  }

  #child(path: string, fields: readonly string[], depth: number): Child {
    const { choices } = this;
    const value = !path.endsWith("w") && choices.chance(0.2);
    const absent = choices.chance(0.2) ? { absent: choices.pick(["null", "missing"] as const) } : {};
    return { table: this.#table(path.replace(/\W/g, "")), path, ...absent, ...(value ? { columns: { v: this.#column("@") } } : this.part(fields, depth - 1, "")) };
  }

  part(fields: readonly string[], depth: number, prefix: string): Part {
    const { choices } = this;
    const columns: [string, Column][] = [];
    const children: Child[] = [];
    const column = (path: string, types?: readonly string[]): unknown => columns.push([`${prefix}${choices.pick(["", "c_"])}${path.replace(".", "_")}`, this.#column(path, types)]);
    for (const field of shuffled(choices, fields)) {
      if (choices.chance(0.2)) continue;
      const whole = choices.chance(0.25) || depth < 0;
      if (["a", "b", "v"].includes(field)) column(field);
      else if (whole) column(field, ["jsonb"]);
      else if (field === "w" && choices.chance(0.5)) for (const name of shuffled(choices, ["w.a", "w.b"])) column(name);
      else if (field === "w") children.push(this.#child("w", ["a", "b"], depth));
      else if (field === "m") children.push(this.#child("m{}", ["a", "b"], depth));
      else children.push(this.#child(`${field}[]`, ["a", "b", "w", "l"], depth));
    }
    return { columns: Object.fromEntries(columns), children: shuffled(choices, children) };
  }
}

const VALUES = [
  '"s"', '"t"', '"xy"', '"abcd"', '""', '"u\\u0000"', "0", "5", "1.5", '{ "$numberLong": "5" }', '{ "$numberLong": "9007199254740993" }', '{ "$numberDouble": "5.0" }', '{ "$numberDecimal": "1.5" }', '{ "$numberDecimal": "12345.678" }',
  "true", "null", '{ "$date": "2020-01-02T00:00:00Z" }', '{ "$date": "2020-01-02T03:04:05.678Z" }', '{ "$oid": "65f1a2b3c4d5e6f708192a3b" }', '{ "$binary": { "base64": "AQI=", "subType": "00" } }', "[]", "{}", '["s", "t"]', "[1, 2]", '{ "a": 1 }', '[{ "a": "s" }, 1]',
];

function value(choices: Choices, field: string, depth: number): string {
  const object = (fields: readonly string[]): string => `{ ${shuffled(choices, fields).filter(() => choices.chance(0.6)).map((name) => `"${name}": ${value(choices, name, depth - 1)}`).join(", ")} }`;
  const many = (): string[] => Array.from({ length: choices.below(3) }, () => (choices.chance(0.8) ? object(["a", "b", "w", "u", ...(depth > 1 ? ["l"] : [])]) : choices.pick(VALUES)));
  if (depth <= 0 || ["a", "b", "v", "u"].includes(field) || choices.chance(0.15)) return choices.pick(VALUES);
  if (field === "w") return object(["a", "b", "u"]);
  if (field === "m") return `{ ${many().map((one, index) => `${JSON.stringify(["k", "k.2"][index])}: ${one}`).join(", ")} }`;
  return `[${many().join(", ")}]`;
}

/** The pair that the choices make. */
export function pairOf(choices: Choices): MappingPair {
  const document = (_: unknown, id: number): string => {
    const fields = ["a", "b", "w", "l", "m", "v", "ev", "u"].filter(() => choices.chance(0.6)).map((field) => `, "${field}": ${value(choices, field, 2)}`);
    return `{ "_id": ${id}, "kind": ${choices.pick(['"A"', '"B"', '"C"', "1"])}${fields.join("")} }`;
  };
  return { from: new Layout(choices.fork()).mapping(), to: new Layout(choices.fork()).mapping(), documents: Array.from({ length: 8 }, document).join("\n") };
}
