// @ts-check
// What publint and Are the Types Wrong say of a packed package: `node scripts/lint-package.mjs rowlens-0.1.0.tgz`.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Files, not modules: they have no types. */
const FILES = ["./wasm", "./sql.wasm", "./mapping.schema.json", "./package.json"];

/** Findings as text; none where all is well. @param {string} tarball @returns {Promise<string[]>} */
export async function lintPackage(tarball) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)), { excludeEntrypoints: FILES });
  if (!analysis.types) return ["attw: the package has no types"];
  // `node10` knows no `exports`: no Node that the package runs on resolves that way.
  const problems = analysis.problems.filter((problem) => !("resolutionKind" in problem && problem.resolutionKind === "node10"));
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`),
    ...problems.map((problem) => `attw: ${JSON.stringify(problem)}`),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [tarball] = process.argv.slice(2);
  if (tarball === undefined) throw new Error("usage: node scripts/lint-package.mjs TARBALL");
  const findings = await lintPackage(tarball);
  for (const finding of findings) console.error(finding);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
