// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the WebAssembly is made of, besides the compiler. */
const MAKERS = ["Cargo.toml", "Cargo.lock", "scripts/build-wasm.mjs", "tools/wasm-bindgen/Cargo.toml", "tools/wasm-bindgen/Cargo.lock", "tools/wasm-bindgen/src/main.rs"];

/** A hash over the sources of the WebAssembly. */
export function stamp(/** @type {string} */ root) {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true }).map((name) => `src/${String(name).replaceAll("\\", "/")}`).filter((name) => /\.(rs|sql)$/.test(name));
  for (const name of [...MAKERS, ...sources.sort()]) hash.update(`${name}\n`).update(readFileSync(join(root, name))).update("\n");
  return hash.digest("hex");
}
