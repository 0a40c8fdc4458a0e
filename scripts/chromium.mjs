// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const PLACES = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

/** How to get one where {@link chromium} finds none. */
export const CHROMIUM_HINT = "install Chromium (Debian: `apt-get install chromium`), or name it in CHROMIUM";
/** What headless Chromium needs in a container, and what keeps it from calling its maker. */
export const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Path of a Chromium: the one that CHROMIUM names, one on the PATH, or Debian's, installed now. @returns {string | undefined} */
export function chromium() {
  return process.env.CHROMIUM ?? find() ?? (install() ? find() : undefined);
}

function find() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find(executable);
}

/** @param {string} path */
function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian's way. Without root, only where sudo asks nothing. */
function install() {
  if (!executable("/usr/bin/apt-get")) return false;
  console.log("installing Chromium");
  const apt = [...(process.getuid?.() === 0 ? [] : ["sudo", "-n"]), "apt-get"];
  const run = (/** @type {string[]} */ ...args) => {
    const [command = "", ...rest] = [...apt, ...args];
    return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }).status === 0;
  };
  return run("update", "-q") && run("install", "-y", "-q", "--no-install-recommends", "chromium");
}
