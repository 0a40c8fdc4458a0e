import { readFileSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

const wasm = new URL("../pkg/rowlens_bg.wasm", import.meta.url);

/** The WebAssembly as a module of its own, for `rowlens/inline`. */
const inline = {
  name: "rowlens-inline-bytes",
  resolveId: (id: string) => (id.endsWith("bytes.generated.js") ? "\0rowlens-bytes" : undefined),
  load: (id: string) => (id === "\0rowlens-bytes" ? `export const base64 = ${JSON.stringify(readFileSync(wasm).toString("base64"))};` : undefined),
};

const shared: UserConfig = {
  platform: "neutral",
  target: "es2022",
  deps: { neverBundle: [/^node:/] },
  plugins: [inline],
  dts: true,
  fixedExtension: true,
  // scripts/build.mjs empties dist/ before.
  clean: false,
  outDir: "dist",
  // Declarations and bundled libraries take the most of the build, as they should.
  checks: { pluginTimings: false },
};
const entry = { node: "src/entry/node.ts", inline: "src/entry/inline.ts", slim: "src/entry/slim.ts", sql: "src/entry/sql.ts", drizzle: "src/entry/drizzle.ts", pg: "src/entry/pg.ts", postgres: "src/entry/postgres.ts", pglite: "src/entry/pglite.ts" };

// scripts/build.mjs runs this, and puts the files that are no code beside it.
export default defineConfig([
  { ...shared, entry: { ...entry, browser: "src/entry/browser.ts" }, format: "esm" },
  // No browser entry: bundlers take ESM through `require` too. `shims` is `import.meta.url` in CommonJS.
  { ...shared, entry, format: "cjs", shims: true },
  // The CLI carries its libraries with it: installing rowlens installs nothing else.
  {
    entry: { cli: "src/cli/main.ts" },
    format: "esm",
    platform: "node",
    target: "node20",
    fixedExtension: true,
    deps: { alwaysBundle: ["citty", "@clack/prompts"] },
    dts: false,
    checks: { pluginTimings: false },
    clean: false,
    outDir: "dist",
  },
]);
