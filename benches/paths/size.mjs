// @ts-check
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** The files that the package loads, as a web server would send them: the lens always, the SQL only for databases and migrations. */
export const size = {
  kinds: ["package"],
  /** @returns {import("./index.mjs").Result[]} */
  measure() {
    return [
      { path: "package wasm, brotli, KB", document: "", ratio: kilobytes("rowlens/wasm"), goal: 120, limit: 200 },
      { path: "the module of SQL, loaded for databases only, KB", document: "", ratio: kilobytes("rowlens/sql.wasm"), goal: null, limit: null },
    ];
  },
};

/** @param {string} name */
function kilobytes(name) {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve(name)));
  return brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length } }).length / 1000;
}
