import type { Collection, Lookups } from "../core/collection.ts";
import type { Plan } from "../core/plan.ts";
import type { Rows } from "../core/rows.ts";

/**
 * Answers that stand in for those of `id_map`, so that documents can be checked before there is one: numbers in the order the
 * ids are met, as the key column's type writes them.
 */
export function standIns(plan: Plan, collection: Collection, bson: Uint8Array): Lookups {
  return collection.neededLookups(bson).map(([name, id], index) => {
    const root = plan.description.find((one) => one.name === name)?.tables[0];
    const kind = root?.columns.find((column) => column.name === root.key[0])?.kind;
    const number = index + 1;
    return [name, id, kind === "uuid" ? `00000000-0000-8000-8000-${number.toString(16).padStart(12, "0")}` : kind === "text" ? `stand-in ${number}` : String(number)] as const;
  });
}

/** Whether ids of the batch had no answer. */
export const unresolved = (rows: Rows): boolean => (rows.issueCounts["lookup-unresolved"] ?? 0) + (rows.issueCounts["reference-unresolved"] ?? 0) > 0;
