// @ts-check
import { awkward } from "./awkward.js";
import { generate } from "./generate.js";

/**
 * All documents of the example: the generated ones, then the awkward ones with their reason.
 * @param {number} [seed]
 * @returns {{ collection: string, bson: Uint8Array, awkward?: string }[]}
 */
export function documents(seed = 1) {
  const normal = Object.entries(generate({ seed })).flatMap(([collection, list]) => list.map((bson) => ({ collection, bson })));
  return [...normal, ...awkward(seed).map(({ collection, reason, bson }) => ({ collection, bson, awkward: reason }))];
}

export { awkward, generate };
