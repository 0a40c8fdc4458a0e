// @ts-check
// The same source twice: the WebAssembly in this process, and the native program of benches/native/ on the same files.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { minima, whole } from "../rounds.mjs";
import { source } from "../source.mjs";
import { ratio } from "./forward.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the native program; its file, or undefined where there is no cargo. */
function build() {
  if (spawnSync("cargo", ["--version"]).status !== 0) return undefined;
  const out = execFileSync("cargo", ["build", "--release", "--example", "profile", "--quiet", "--message-format=json"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
  for (const line of out.split("\n")) {
    const message = line.startsWith("{") ? JSON.parse(line) : {};
    if (message.executable && message.target?.name === "profile") return /** @type {string} */ (message.executable);
  }
  return undefined;
}

export const native = {
  kinds: ["payments"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const program = build();
    if (program === undefined) {
      console.error("left out: wasm ÷ native, because there is no cargo here (install Rust with rustup)");
      return [];
    }
    const { name, mapping, collectionName, collection, documents } = source(kind, count);
    const batch = Buffer.concat(documents);
    const folder = mkdtempSync(join(tmpdir(), "rowlens-bench-"));
    try {
      const files = [join(folder, "mapping.json"), join(folder, "batch.bson")];
      writeFileSync(/** @type {string} */ (files[0]), JSON.stringify(mapping));
      writeFileSync(/** @type {string} */ (files[1]), batch);
      const natively = (/** @type {string} */ direction, /** @type {number} */ times) =>
        JSON.parse(execFileSync(program, [/** @type {string} */ (files[0]), collectionName, /** @type {string} */ (files[1]), "--direction", direction, "--rounds", String(times), "--json"], { encoding: "utf8" })).nanoseconds;
      const rows = collection.toRows(batch);
      const best = { forward: Infinity, back: Infinity, nativeForward: Infinity, nativeBack: Infinity };
      // Neither takes all the quiet moments: five turns each. Both write into memory of their own that they use again.
      const turns = 5;
      for (let turn = 0; turn < turns; turn += 1) {
        const each = Math.max(1, Math.ceil(rounds / turns));
        const ours = minima(
          {
            forward: whole(documents.length, () => collection.toRows(batch, { copy: false })),
            back: whole(documents.length, () => collection.toDocuments(rows)),
          },
          each,
        );
        best.forward = Math.min(best.forward, ours.forward);
        best.back = Math.min(best.back, ours.back);
        best.nativeForward = Math.min(best.nativeForward, natively("rows", each * 20));
        best.nativeBack = Math.min(best.nativeBack, natively("documents", each * 20));
      }
      return [
        { path: "wasm ÷ native, BSON → tuples", document: name, ...ratio({ ours: best.forward, peer: best.nativeForward }), goal: 1.4, limit: 1.8 },
        { path: "wasm ÷ native, tuples → BSON", document: name, ...ratio({ ours: best.back, peer: best.nativeBack }), goal: 1.4, limit: 1.8 },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
