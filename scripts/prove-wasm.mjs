// @ts-check
// pkg/ belongs to src/: its stamp is that of the sources, and what the sources make here is what lies there. The build is
// reproducible, so the same compiler must make the same bytes; another one must make the same interface and the same rows.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stamp } from "./stamp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const pkg = join(root, "pkg");
const rebuild = "run `npm run build:wasm` and commit pkg/";

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @param {string} folder @returns {{source: string, compiler?: string}} */
const stampOf = (folder) => JSON.parse(readFileSync(join(folder, "stamp.json"), "utf8"));
const read = (/** @type {string} */ folder, /** @type {string} */ name) => readFileSync(join(folder, name));

/** What a built package makes of the awkward documents' favourite: rows as bytes, and the issues. @param {string} folder */
async function rowsOf(folder) {
  const glue = await import(pathToFileURL(join(folder, "rowlens.js")).href);
  glue.initSync({ module: read(folder, "rowlens_bg.wasm") });
  const mapping = { version: 1, collections: { c: { table: "c", key: { column: "id" }, columns: { a: { path: "a", type: "numeric(6,2)" } }, children: [{ table: "e", path: "e[]", columns: { k: { path: "k", type: "text" } } }], complement: "rest" } } };
  const shredder = new glue.Shredder(glue.Plan.compile(JSON.stringify(mapping)), 0);
  const bson = glue.parseExtendedJson('{"_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"},"a":{"$numberDecimal":"12.5"},"e":[{"k":"x","l":1},{"k":2}],"u":{"$date":{"$numberLong":"1"}}}');
  const memory = () => glue.linear_memory().buffer;
  const at = shredder.reserve(bson.length);
  new Uint8Array(memory(), at, bson.length).set(bson);
  shredder.run();
  const tables = [0, 1].map((table) => Buffer.from(memory(), shredder.table_ptr(table), shredder.table_len(table)).toString("hex"));
  return JSON.stringify([tables, shredder.issue_counts()]);
}

if (stampOf(pkg).source !== stamp(root)) fail(`src/ has changed since pkg/ was built: ${rebuild}`);

// Inside the project: the glue of the fresh build is imported from there.
mkdirSync(join(root, ".cache"), { recursive: true });
const fresh = mkdtempSync(join(root, ".cache", "pkg-"));
process.on("exit", () => rmSync(fresh, { recursive: true, force: true }));
const { status } = spawnSync(process.execPath, [join(root, "scripts", "build-wasm.mjs"), fresh], { stdio: ["ignore", "inherit", "inherit"] });
if (status !== 0) process.exit(status ?? 1);

const names = readdirSync(pkg).sort();
if (names.join() !== readdirSync(fresh).sort().join()) fail(`pkg/ has other files than a fresh build: ${rebuild}`);
const differing = names.filter((name) => name !== "stamp.json" && !read(pkg, name).equals(read(fresh, name)));
const [here, there] = [stampOf(fresh).compiler, stampOf(pkg).compiler];
if (differing.length === 0) {
  console.log("pkg/ is what src/ makes, byte by byte");
} else if (here === there) {
  fail(`${differing.join(", ")} in pkg/ is not what src/ makes: ${rebuild}`);
} else {
  const interfaces = differing.filter((name) => name.endsWith(".d.ts"));
  if (interfaces.length > 0) fail(`${interfaces.join(", ")} in pkg/ is not what src/ makes: ${rebuild}`);
  if ((await rowsOf(pkg)) !== (await rowsOf(fresh))) fail(`pkg/ makes other rows than a fresh build: ${rebuild}`);
  console.log(`pkg/ behaves as what src/ makes; its bytes are those of another compiler (${there ?? "unknown"}, here ${here})`);
}
