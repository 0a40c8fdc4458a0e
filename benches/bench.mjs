// @ts-check
// Every ratio of the "Speed and size" table, in one run; and how cost grows. See benches/README.md.
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { answerOf } from "./fork.mjs";
import { paths } from "./paths/index.mjs";
import { print } from "./print.mjs";
import { printScaling, scaling } from "./scaling/index.mjs";

const HELP = `npm run bench -- [options]
  --only PATHS   ${[...Object.keys(paths), "scaling"].join(", ")}; several with commas. Default: all but scaling
  --rounds N     rounds that the minimum is taken of, at least (25); they go on for 1.5 s
  --count N      documents that are measured (500)
  --stream N     documents that scaling streams (1000000)
  --json         { "results": [{ "path", "document", "ratio", "goal", "limit", "ours", "peer" }] }, and "scaling" if asked for`;

const number = (/** @type {string} */ fallback) => /** @type {const} */ ({ type: "string", default: fallback });
const { values } = parseArgs({ options: { only: { type: "string" }, rounds: number("25"), count: number("500"), stream: number("1000000"), json: { type: "boolean", default: false }, help: { type: "boolean", default: false } } });
const names = values.only?.split(",") ?? Object.keys(paths);
const unknown = names.find((name) => !(name in paths) && name !== "scaling");
if (unknown !== undefined) console.error(`there is no path \`${unknown}\`\n`);
if (values.help || unknown !== undefined || ![values.rounds, values.count, values.stream].every((text) => Number(text) >= 1)) {
  console.error(HELP);
  process.exit(values.help ? 0 : 2);
}

const tell = (/** @type {string} */ what) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${what}`);

/** @type {import("./paths/index.mjs").Result[]} */
const results = [];
for (const name of names) {
  for (const kind of paths[name]?.kinds ?? []) {
    tell(`${name}, ${kind}`);
    results.push(...(await answerOf("child.mjs", [name, kind, values.rounds, values.count])));
  }
}
const growth = names.includes("scaling") ? await scaling({ documents: Number(values.stream), tell }) : undefined;
tell("");

if (values.json) console.log(JSON.stringify({ results, ...(growth && { scaling: growth }) }, undefined, 2));
else {
  if (results.length > 0) {
    const [load = 0] = loadavg();
    const cores = availableParallelism();
    console.log(print(results));
    console.log(`Minima of at least ${values.rounds} interleaved rounds, ${values.count} documents, batches of 256 KB, Node ${process.version}; load average ${load.toFixed(1)}${load > cores ? `, more than its ${cores} cores: run again on a quiet machine before you compare` : ""}.`);
  }
  if (growth) console.log(printScaling(growth));
}
