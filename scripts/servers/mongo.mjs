// @ts-check
// A throw-away server that speaks MongoDB's protocol: a database of its own on the server that MONGO_URL names, else SecantusDB
// (a separate process, installed by pip into .cache/). It is not MongoDB: a pass is evidence about rowlens against this server.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "./postgres.mjs";

const environment = fileURLToPath(new URL("../../.cache/mongo", import.meta.url));
const server = join(environment, "bin", "secantusd-py");

/** What a test needs and this machine has not. */
export class ToolMissing extends Error {}

/** @returns {Promise<{ url: string, stop(): Promise<void> }>} */
export async function startMongo() {
  const database = `rowlens_${randomBytes(6).toString("hex")}`;
  if (process.env.MONGO_URL) {
    const url = new URL(process.env.MONGO_URL);
    url.pathname = `/${database}`;
    return { url: url.href, stop: async () => {} };
  }
  if (!existsSync(server)) install();
  const port = await freePort();
  const child = spawn(server, ["--host", "127.0.0.1", "--port", String(port), "--storage-path", ":memory:", "--enable-test-commands", "--log-level", "ERROR"], { stdio: ["ignore", "ignore", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  // Nobody else ends it when this process dies.
  process.once("exit", () => child.kill("SIGTERM"));
  try {
    await listening(port, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `mongodb://127.0.0.1:${port}/${database}?directConnection=true`, stop };
}

function install() {
  const python = ["python3", "python"].find((name) => spawnSync(name, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).status === 0);
  if (!python) throw new ToolMissing("no MongoDB: set MONGO_URL, or install Python 3.11 or later for a throw-away server");
  console.error("installing a server that speaks MongoDB's protocol (SecantusDB) into .cache/mongo");
  const pip = join(environment, "bin", "pip");
  const done = spawnSync(python, ["-m", "venv", environment]).status === 0
    && [["SecantusDB==0.7.0b3"], ["--pre", "SecantusDB"]].some((what) => spawnSync(pip, ["install", "--quiet", "--disable-pip-version-check", ...what], { stdio: ["ignore", "ignore", "inherit"] }).status === 0);
  if (done && existsSync(server)) return;
  rmSync(environment, { recursive: true, force: true });
  throw new ToolMissing("no MongoDB: set MONGO_URL; the throw-away server could not be installed with pip");
}

/** @param {number} port @param {import("node:child_process").ChildProcess} child */
async function listening(port, child) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    const open = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error("the throw-away MongoDB server did not start");
}
