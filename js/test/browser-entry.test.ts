import { expect, it } from "vitest";

// Nothing else of rowlens is loaded here, so nothing is initialised yet.
it("says what to do where the browser cannot have the WebAssembly", async () => {
  // Node's fetch has no file: URLs, as a browser has none that the bundler left out.
  const entry = new URL("../dist/browser.mjs", import.meta.url).href;
  const { init, compile } = (await import(/* @vite-ignore */ entry)) as { init(): Promise<void>; compile(mapping: object): unknown };
  expect(() => compile({})).toThrow(expect.objectContaining({ code: "not-initialised" }));
  await expect(init()).rejects.toMatchObject({ code: "wasm-unavailable", issues: [{ help: expect.stringContaining("optimizeDeps") as unknown }] });
});
