import { copyFileSync, readFileSync } from "node:fs";
import { defineConfig } from "tsdown";

const wasm = new URL("../pkg/rowlens_bg.wasm", import.meta.url);

/** The WebAssembly as a module of its own, for `rowlens/inline`. */
const inline = {
  name: "rowlens-inline-bytes",
  resolveId: (id: string) => (id.endsWith("bytes.generated.js") ? "\0rowlens-bytes" : undefined),
  load: (id: string) => (id === "\0rowlens-bytes" ? `export const base64 = ${JSON.stringify(readFileSync(wasm).toString("base64"))};` : undefined),
};

export default defineConfig([
  {
    entry: { node: "src/entry/node.ts", browser: "src/entry/browser.ts", inline: "src/entry/inline.ts", slim: "src/entry/slim.ts" },
    format: ["esm", "cjs"],
    platform: "neutral",
    target: "es2022",
    external: [/^node:/],
    shims: true,
    dts: true,
    fixedExtension: true,
    plugins: [inline],
    outDir: "dist",
    hooks: { "build:done": () => copyFileSync(wasm, new URL("dist/rowlens_bg.wasm", import.meta.url)) },
  },
  // The CLI carries its libraries with it: installing rowlens installs nothing else.
  {
    entry: { cli: "src/cli/main.ts" },
    format: "esm",
    platform: "node",
    target: "node20",
    fixedExtension: true,
    noExternal: ["citty", "@clack/prompts"],
    dts: false,
    clean: false,
    outDir: "dist",
  },
]);
