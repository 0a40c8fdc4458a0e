// @ts-check
// The clock of ../rounds.mjs for work that waits: arms take turns, what prepares an arm is not timed, and the minima of parts are added up.

/**
 * @typedef {{ documents: number, prepare?: () => Promise<unknown>, parts: (() => Promise<unknown>)[] }} Arm `prepare` comes before each round's parts
 */

/** An arm that is one call. @param {number} documents @param {() => Promise<unknown>} run @param {() => Promise<unknown>} [prepare] @returns {Arm} */
export const whole = (documents, run, prepare) => ({ documents, parts: [run], ...(prepare && { prepare }) });

/**
 * Minimum time of each arm, in nanoseconds per document. The first round warms up only.
 * @template {string} Name
 * @param {Record<Name, Arm>} arms
 * @param {number} rounds
 * @returns {Promise<Record<Name, number>>}
 */
export async function minima(arms, rounds) {
  const list = /** @type {[Name, Arm][]} */ (Object.entries(arms)).map(([name, arm]) => ({ name, arm, best: arm.parts.map(() => Infinity) }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { arm, best } of list) {
      await arm.prepare?.();
      for (const [index, run] of arm.parts.entries()) {
        const started = process.hrtime.bigint();
        await run();
        if (round > 0) best[index] = Math.min(/** @type {number} */ (best[index]), Number(process.hrtime.bigint() - started));
      }
    }
  }
  return /** @type {Record<Name, number>} */ (Object.fromEntries(list.map(({ name, arm, best }) => [name, best.reduce((sum, part) => sum + part, 0) / arm.documents])));
}
