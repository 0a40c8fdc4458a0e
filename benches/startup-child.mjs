// @ts-check
// One fresh process of the start-up path: prints how long the WebAssembly took to be there, and to give its first rows.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, initSync } from "rowlens/slim";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("rowlens/wasm")));
const mapping = readFileSync(new URL("../examples/escrow/mapping.json", import.meta.url), "utf8");
// `{ _id: ObjectId }` suffices: what is measured is the way there.
const document = Buffer.from("16000000075f69640065f1a2b3c4d5e6f708192a3b00", "hex");
const started = performance.now();
initSync(wasm);
const start = performance.now() - started;
const rows = compile(mapping).collection("payments").toRows(document);
const first = performance.now() - started;
if (rows.accepted !== 1) throw new Error("the first document gave no row");
console.log(JSON.stringify({ start, first }));
