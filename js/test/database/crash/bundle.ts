import { fileURLToPath } from "node:url";
import { build } from "vite";

const out = fileURLToPath(new URL("../../../node_modules/.cache/rowlens-crash/", import.meta.url));

/** The client as JavaScript, for a process of its own. */
export async function bundledClient(): Promise<string> {
  await build({
    configFile: false, logLevel: "error", root: fileURLToPath(new URL(".", import.meta.url)),
    ssr: { external: true },
    build: { ssr: fileURLToPath(new URL("client.ts", import.meta.url)), outDir: out, emptyOutDir: true, minify: false, rollupOptions: { output: { entryFileNames: "client.mjs" } } },
  });
  return `${out}client.mjs`;
}
