import type { ColumnDescription, ColumnKind } from "../core/description.ts";

/** What encoding and decoding need to know of a column. @internal */
export interface ColumnType {
  kind: ColumnKind;
  dimensions: number;
  /** Digits of `numeric(p,s)`. */
  precision: number | undefined;
  /** Decimals of `numeric(p,s)`. */
  scale: number | undefined;
  /** Length of `char(n)`. */
  length: number | undefined;
}

/** @internal */
export function columnType(column: ColumnDescription): ColumnType {
  const modifiers = /\((\d+)(?:\s*,\s*(-?\d+))?\)/.exec(column.type);
  return {
    kind: column.kind,
    dimensions: column.dimensions,
    precision: column.kind === "numeric" && modifiers ? Number(modifiers[1]) : undefined,
    scale: column.kind === "numeric" && modifiers ? Math.max(0, Number(modifiers[2] ?? 0)) : undefined,
    length: column.kind === "char" ? Number(modifiers?.[1] ?? 1) : undefined,
  };
}

/** The same type without its dimensions. @internal */
export function elementType(type: ColumnType): ColumnType {
  return { ...type, dimensions: 0 };
}

/** OIDs of array elements. Types without a fixed one (enums, citext) go as text, which PostgreSQL accepts. @internal */
export const ELEMENT_OID: Record<ColumnKind, number> = {
  text: 25, citext: 25, enum: 25, varchar: 1043, char: 1042, boolean: 16, smallint: 21, integer: 23, bigint: 20, real: 700,
  "double precision": 701, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184, uuid: 2950, bytea: 17, jsonb: 3802, json: 114,
};
