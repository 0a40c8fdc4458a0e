// @ts-check
// Fuzzing: `node scripts/fuzz.mjs [SECONDS per target] [TARGET…]`. Builds with the stable toolchain; nothing but coverage is instrumented,
// because the crate forbids `unsafe`. What it finds lies in fuzz/artifacts; a fixed finding moves to tests/fixtures/fuzz/TARGET.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = Number(process.argv[2] ?? 20);
const all = readdirSync(join(root, "fuzz", "targets")).map((name) => name.replace(/\.rs$/, ""));
const targets = process.argv.length > 3 ? process.argv.slice(3) : all;
const unknown = targets.filter((target) => !all.includes(target));
if (!Number.isFinite(seconds) || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no target ${unknown.join(", ")}; there are ${all.join(", ")}` : "usage: node scripts/fuzz.mjs [SECONDS] [TARGET…]");
  process.exit(2);
}
if (spawnSync("c++", ["--version"]).error) {
  console.error("libFuzzer needs a C++ compiler: install g++ or clang");
  process.exit(3);
}

const coverage = ["-Cpasses=sancov-module", ...["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map((flag) => `-Cllvm-args=-sanitizer-coverage-${flag}`), "-Ccodegen-units=1", "--cfg=rowlens_fuzz"];

// With an explicit target build scripts and macros stay free of instrumentation.
const host = spawnSync("rustc", ["-vV"], { encoding: "utf8" }).stdout?.match(/^host: (.*)$/m)?.[1] ?? "x86_64-unknown-linux-gnu";
const env = { ...process.env, RUSTFLAGS: coverage.join(" "), CARGO_TARGET_DIR: join(root, "target", "fuzz") };
const build = spawnSync("cargo", ["build", "--release", "--quiet", "--locked", "--target", host, "--manifest-path", join(root, "fuzz", "Cargo.toml"), ...targets.flatMap((name) => ["--bin", name])], { cwd: root, env, stdio: "inherit" });
if (build.status !== 0) process.exit(build.error ? 3 : 1);

/** Fuzzes one target. @param {string} name @returns {Promise<boolean>} whether nothing was found */
async function fuzz(name) {
  const corpus = join(root, "fuzz", "corpus", name);
  const artifacts = join(root, "fuzz", "artifacts", name);
  for (const folder of [corpus, artifacts]) mkdirSync(folder, { recursive: true });
  const seeds = [join(root, "fuzz", "seeds", name), join(root, "tests", "fixtures", "fuzz", name)].filter(existsSync);
  const dictionary = join(root, "fuzz", `${name}.dict`);
  const args = [corpus, ...seeds, `-max_total_time=${seconds}`, "-max_len=2048", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", `-artifact_prefix=${artifacts}/`, ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : [])];
  const child = spawn(join(root, "target", "fuzz", host, "release", name), args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  const [stderr, status] = await Promise.all([text(child.stderr), new Promise((resolve) => child.on("close", resolve))]);
  const runs = stderr.match(/number_of_executed_units: (\d+)/)?.[1] ?? "?";
  const features = [...stderr.matchAll(/ft: (\d+)/g)].at(-1)?.[1] ?? "?";
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name}: ${runs} runs in ${seconds} s, ${features} features`);
  if (status !== 0) console.error(stderr.split("\n").slice(-60).join("\n"));
  return status === 0;
}

// One target on each core.
const waiting = [...targets];
let found = false;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) if (!(await fuzz(name))) found = true;
  }),
);
process.exit(found ? 1 : 0);
