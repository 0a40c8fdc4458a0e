// @ts-check
// The package as a user gets it: packed, and installed into an empty folder outside this project.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const npm = (/** @type {string[]} */ args, /** @type {string} */ cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell: process.platform === "win32" });

/** `npm pack`. @returns {{tarball: string, files: string[]}} */
export function pack() {
  const folder = join(root, ".cache", "packaging");
  mkdirSync(folder, { recursive: true });
  const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", folder], join(root, "js")));
  return { tarball: join(folder, packed.filename), files: packed.files.map((/** @type {{path: string}} */ file) => file.path).sort() };
}

/** An empty project with the fixtures in which only `tarball` is installed. Gone when the process ends. @param {string} tarball */
export function consumer(tarball) {
  const folder = mkdtempSync(join(tmpdir(), "rowlens-consumer-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  npm(["install", tarball, "--no-audit", "--no-fund", "--loglevel=error"], folder);
  cpSync(fileURLToPath(new URL("fixtures", import.meta.url)), folder, { recursive: true });
  return folder;
}

/** Runs named checks one after the other, says how each went, and ends with 1 on a failure, 3 where one was skipped. @param {[name: string, check: () => unknown][]} checks */
export async function runChecks(checks) {
  let code = 0;
  for (const [name, check] of checks) {
    try {
      const said = await check();
      console.log(`passed   ${name}${typeof said === "string" ? `: ${said}` : ""}`);
    } catch (error) {
      const skipped = error instanceof Skip;
      console.log(`${skipped ? "skipped " : "failed  "} ${name}: ${skipped ? error.message : error instanceof Error ? error.stack : error}`);
      code = skipped ? code || 3 : 1;
    }
  }
  process.exitCode = code;
}

/** Thrown where a tool cannot be had here; the message says how to get it. */
export class Skip extends Error {}
