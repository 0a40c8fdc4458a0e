// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fresh } from "../js/scripts/build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (/** @type {string} */ command, /** @type {string[]} */ args, shell = false) => spawnSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell }).status === 0;

/** npm writes this file last, so it is as new as the lock file where the installation is whole and up to date. */
const installed = join(root, "node_modules", ".package-lock.json");
const current = () => existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;

/** npm links a command only where its file is there, which is after the first build. */
const command = join(root, "node_modules", ".bin", process.platform === "win32" ? "rowlens.cmd" : "rowlens");

/** Installs the npm packages of all workspaces, builds the `rowlens` package from js/ and pkg/, and links its command, where that is not done yet. */
export function install() {
  if (!current()) {
    console.log("installing npm packages");
    // `ci` empties node_modules first: only where there is none, so that a newer lock file costs the difference only.
    const args = [existsSync(installed) ? "install" : "ci", "--no-audit", "--no-fund", "--loglevel=error"];
    if (!run("npm", args, process.platform === "win32")) {
      console.error("npm could not install the packages: is the network there?");
      process.exit(3);
    }
  }
  if (!fresh()) {
    console.log("building the rowlens package");
    if (!run(process.execPath, ["js/scripts/build.mjs"])) {
      console.error("the rowlens package could not be built from js/");
      process.exit(1);
    }
  }
  if (!existsSync(command)) run("npm", ["rebuild", "rowlens", "--ignore-scripts", "--loglevel=error"], process.platform === "win32");
}
