// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (/** @type {string[]} */ args) => spawnSync("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" }).status === 0;

/** Newest change below a folder, in milliseconds. @param {string} folder @returns {number} */
const newest = (folder) => Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, String(name))).mtimeMs));

/** Installs the npm packages of all workspaces, where they are not there yet, and builds the `rowlens` package from js/ and pkg/. */
export function install() {
  if (!existsSync(join(root, "node_modules", ".package-lock.json"))) {
    console.log("installing npm packages");
    if (!run(["ci", "--no-audit", "--no-fund", "--loglevel=error"])) {
      console.error("npm could not install the packages: is the network there?");
      process.exit(3);
    }
  }
  const built = join(root, "js", "dist", "rowlens_bg.wasm");
  if (!existsSync(built) || statSync(built).mtimeMs < Math.max(newest(join(root, "js", "src")), newest(join(root, "pkg")))) {
    console.log("building the rowlens package");
    if (!run(["run", "build", "--workspace", "js", "--silent"])) {
      console.error("the rowlens package could not be built from js/");
      process.exit(1);
    }
  }
}
