// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A hash over everything the WebAssembly is made of. */
export function stamp(/** @type {string} */ root) {
  const hash = createHash("sha256");
  const files = ["Cargo.toml", "Cargo.lock", ...readdirSync(join(root, "src"), { recursive: true }).map((name) => `src/${String(name).replaceAll("\\", "/")}`).filter((name) => name.endsWith(".rs")).sort()];
  for (const name of files) hash.update(`${name}\n`).update(readFileSync(join(root, name))).update("\n");
  return hash.digest("hex");
}
