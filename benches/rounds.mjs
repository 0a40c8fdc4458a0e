// @ts-check
// The clock: all arms take turns, round after round, and the minimum of each counts. Noise of a shared machine only ever adds.

/** What arms give goes here, so that no engine finds out that nobody wants it. @type {unknown} */
export let sink;

/**
 * Minimum time of each arm, in nanoseconds per document.
 * @param {Record<string, { documents: number, run: () => unknown }>} arms
 * @param {number} rounds
 * @returns {Record<string, number>}
 */
export function minima(arms, rounds) {
  const best = Object.fromEntries(Object.keys(arms).map((name) => [name, Infinity]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { documents, run }] of Object.entries(arms)) {
      const started = process.hrtime.bigint();
      sink = run();
      best[name] = Math.min(/** @type {number} */ (best[name]), Number(process.hrtime.bigint() - started) / documents);
    }
  }
  return best;
}
