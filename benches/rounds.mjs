// @ts-check
// The clock: all arms take turns, round after round, and the minimum of each counts, for noise only ever adds. Arms are timed
// in short parts, and the minima of the parts are added: on a busy machine a long sample is always interrupted and a short one seldom,
// which would bend the ratio of a long arm (the peers') to a short one (ours). For the same reason each arm's first part runs once untimed
// before: streams are batch after batch of the same.

/**
 * @typedef {{ documents: number, parts: (() => unknown)[] }} Arm
 */

/** Rounds go on until they have taken this long, however few were asked for: short arms need more of them. */
const LEAST_MS = 1500;
const SLICE = 50;

/** What arms give goes here, so that no engine finds out that nobody wants it. @type {unknown} */
export let sink;

/** An arm that is one call. @param {number} documents @param {() => unknown} run @returns {Arm} */
export const whole = (documents, run) => ({ documents, parts: [run] });

/** An arm of several calls that together do all documents. @template T @param {number} documents @param {readonly T[]} inputs @param {(input: T) => unknown} run @returns {Arm} */
export const parts = (documents, inputs, run) => ({ documents, parts: inputs.map((input) => () => run(input)) });

/** A list in slices. @template T @param {readonly T[]} list */
export const slices = (list) => Array.from({ length: Math.ceil(list.length / SLICE) }, (_, index) => list.slice(index * SLICE, (index + 1) * SLICE));

/** An arm that works through a list, slice by slice. @template T @param {readonly T[]} list @param {(slice: readonly T[]) => unknown} run @returns {Arm} */
export const sliced = (list, run) => parts(list.length, slices(list), run);

/**
 * Minimum time of each arm, in nanoseconds per document.
 * @template {string} Name
 * @param {Record<Name, Arm>} arms
 * @param {number} rounds at least
 * @returns {Record<Name, number>}
 */
export function minima(arms, rounds) {
  const list = /** @type {[Name, Arm][]} */ (Object.entries(arms)).map(([name, arm]) => ({ name, arm, best: arm.parts.map(() => Infinity) }));
  const end = performance.now() + LEAST_MS;
  for (let round = 0; round < rounds || performance.now() < end; round += 1) {
    for (const { arm, best } of list) {
      // Untimed: what the other arm left in the processor's caches would be counted against short arms only.
      sink = arm.parts[0]?.();
      for (const [index, run] of arm.parts.entries()) {
        const started = process.hrtime.bigint();
        sink = run();
        best[index] = Math.min(/** @type {number} */ (best[index]), Number(process.hrtime.bigint() - started));
      }
    }
  }
  return /** @type {Record<Name, number>} */ (Object.fromEntries(list.map(({ name, arm, best }) => [name, best.reduce((sum, part) => sum + part, 0) / arm.documents])));
}
