// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Installs npm packages where they are not there yet. */
export function install() {
  for (const folder of [root, join(root, "examples", "escrow")]) {
    if (existsSync(join(folder, "node_modules"))) continue;
    console.log(`installing npm packages in ${folder === root ? "." : "examples/escrow"}`);
    const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
    if (done.status !== 0) {
      console.error("npm could not install the packages: is the network there?");
      process.exit(3);
    }
  }
}
