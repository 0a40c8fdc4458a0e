// @ts-check
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("../startup-child.mjs", import.meta.url));

/** Fresh processes, because an engine keeps what it has compiled. The first document is told, too: engines put compiling off. */
export const startup = {
  kinds: ["process"],
  /** @param {string} _kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(_kind, { rounds }) {
    const best = { start: Infinity, first: Infinity };
    for (let round = 0; round < rounds; round += 1) {
      const { start, first } = JSON.parse(execFileSync(process.execPath, [child], { encoding: "utf8" }));
      best.start = Math.min(best.start, start);
      best.first = Math.min(best.first, first);
    }
    return [
      { path: "compile + instantiate, fresh process, ms", document: "", ratio: best.start, goal: 5, limit: 15 },
      { path: "the same + mapping + first document to rows, ms", document: "payments", ratio: best.first, goal: null, limit: null },
    ];
  },
};
