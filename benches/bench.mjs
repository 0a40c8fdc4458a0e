// @ts-check
// Every ratio of the "Speed and size" table, in one run; with `postgres` those of PostgreSQL; and how cost grows. See benches/README.md.
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { answerOf } from "./fork.mjs";
import { paths } from "./paths/index.mjs";
import { measurePostgres } from "./postgres/index.mjs";
import { rows } from "./postgres/rows/index.mjs";
import { print } from "./print.mjs";
import { printScaling, scaling } from "./scaling/index.mjs";

const HELP = `npm run bench -- [postgres] [options]
  postgres       the table of a real PostgreSQL server instead
  --only PATHS   ${[...Object.keys(paths), "scaling"].join(", ")}; several with commas. Default: all but scaling.
                 Of postgres: ${Object.keys(rows).join(", ")}
  --rounds N     rounds that the minimum is taken of, at least (25); they go on for 1.5 s. Of postgres: exactly (7)
  --count N      documents that are measured (500)
  --stream N     documents that scaling streams (1000000)
  --server N     major version of the PostgreSQL server (18)
  --json         { "results": [{ "path", "document", "ratio", "goal", "limit", "ours", "peer" }] }, and "scaling" or "server" if asked for`;

const number = (/** @type {string} */ fallback) => /** @type {const} */ ({ type: "string", default: fallback });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, rounds: { type: "string" }, count: number("500"), stream: number("1000000"), server: number("18"), json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
const postgres = positionals[0] === "postgres";
const known = postgres ? Object.keys(rows) : [...Object.keys(paths), "scaling"];
const names = values.only?.split(",") ?? Object.keys(postgres ? rows : paths);
const rounds = Number(values.rounds ?? (postgres ? 7 : 25));
const unknown = positionals.slice(postgres ? 1 : 0)[0] ?? names.find((name) => !known.includes(name));
if (unknown !== undefined) console.error(`there is no path \`${unknown}\`\n`);
if (values.help || unknown !== undefined || ![rounds, values.count, values.stream, values.server].every((text) => Number(text) >= 1)) {
  console.error(HELP);
  process.exit(values.help ? 0 : 2);
}

const tell = (/** @type {string} */ what) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${what}`);

/** @type {import("./paths/index.mjs").Result[]} */
const results = [];
/** @type {string | undefined} */
let server;
if (postgres) {
  const measured = await measurePostgres({ major: Number(values.server), rounds, only: names, tell });
  server = measured.server;
  results.push(...measured.results);
}
for (const name of postgres ? [] : names) {
  for (const kind of paths[name]?.kinds ?? []) {
    tell(`${name}, ${kind}`);
    results.push(...(await answerOf("child.mjs", [name, kind, String(rounds), values.count])));
  }
}
const growth = names.includes("scaling") ? await scaling({ documents: Number(values.stream), tell }) : undefined;
tell("");

if (values.json) console.log(JSON.stringify({ results, ...(growth && { scaling: growth }), ...(server && { server }) }, undefined, 2));
else {
  if (results.length > 0) {
    const [load = 0] = loadavg();
    const cores = availableParallelism();
    console.log(print(results));
    const how = server === undefined ? `at least ${rounds} interleaved rounds, ${values.count} documents, batches of 256 KB` : `${rounds} interleaved rounds. ${server}`;
    console.log(`Minima of ${how}, Node ${process.version}; load average ${load.toFixed(1)}${load > cores ? `, more than its ${cores} cores: run again on a quiet machine before you compare` : ""}.`);
  }
  if (growth) console.log(printScaling(growth));
}
