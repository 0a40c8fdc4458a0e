/** The protocol without one of its parts. */
export interface Mutant {
  readonly without: string;
  /** What is cut out of statements, and what is put in its place. */
  readonly cuts: readonly (readonly [part: string, instead: string])[];
}

const GUARD = "WHEN r.v > i.v THEN 'stale' ";

export const MUTANTS: readonly Mutant[] = [
  { without: "the lock", cuts: [["count(pg_advisory_xact_lock(id))", "count(id)"], ["SELECT pg_advisory_xact_lock(", "SELECT abs("]] },
  { without: "the lock of new documents", cuts: [["SELECT pg_advisory_xact_lock(", "SELECT abs("]] },
  { without: "a snapshot that is taken after the lock", cuts: [["ISOLATION LEVEL READ COMMITTED", "ISOLATION LEVEL REPEATABLE READ"], ["current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')", "true"]] },
  { without: "the guard", cuts: [[`${GUARD}ELSE 'won'`, "ELSE 'won'"], [' WHERE t."source_version" IS NULL OR t."source_version" <= EXCLUDED."source_version"', ""]] },
  { without: "the guard of deletes", cuts: [[`${GUARD}WHEN r.had`, "WHEN r.had"]] },
  { without: "the tombstone", cuts: [["WHEN d.version >= i.v THEN 'tombstoned' WHEN r.v", "WHEN r.v"], ['d."version" >=', "d.\"version\" IS NULL AND 0 <="]] },
  { without: "the tombstone of new documents", cuts: [['d."version" >=', "d.\"version\" IS NULL AND 0 <="]] },
  { without: "the tombstone of loads of new documents", cuts: [['t."key" = u.k', "false"]] },
  { without: "the root's word on its children", cuts: [["WHERE verdict = 'won' AND (same OR c IN (SELECT c FROM _put0))", ""]] },
];

/** Cuts statements, and notes which cuts found their place. */
export function cutter({ cuts }: Mutant): { rewrite(text: string): string; missed(): string[] } {
  const missed = new Set(cuts.map(([part]) => part));
  return {
    rewrite: (text) => cuts.reduce((rest, [part, instead]) => {
      if (!rest.includes(part)) return rest;
      missed.delete(part);
      return rest.replaceAll(part, () => instead);
    }, text),
    missed: () => [...missed],
  };
}
