// @ts-check
// Measures one path with one kind of document in a process of its own: what other measurements taught the engine cannot help or harm it.
import { paths } from "./paths/index.mjs";

const [path = "", kind = "", rounds, count] = process.argv.slice(2);
const results = /** @type {import("./paths/index.mjs").Path} */ (paths[path]).measure(kind, { rounds: Number(rounds), count: Number(count) });
process.send?.(results);
