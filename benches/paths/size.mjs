// @ts-check
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** The file that the package loads, as a web server would send it. */
export const size = {
  kinds: ["package"],
  /** @returns {import("./index.mjs").Result[]} */
  measure() {
    const wasm = readFileSync(fileURLToPath(import.meta.resolve("rowlens/wasm")));
    const compressed = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length } }).length;
    return [{ path: "package wasm, brotli, KB", document: "", ratio: compressed / 1000, goal: 120, limit: 200 }];
  },
};
