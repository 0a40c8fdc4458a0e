// @ts-check
// What a Rust user sees: clippy and rustdoc without a warning, and every set of features builds.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("..", import.meta.url));
if (spawnSync("cargo", ["clippy", "--version"], { cwd }).status !== 0) {
  console.error("clippy is not installed: run `rustup component add clippy`");
  process.exit(3);
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function cargo(args, env = process.env) {
  console.log(`cargo ${args.join(" ")}`);
  const { status } = spawnSync("cargo", args, { cwd, env, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
cargo(["clippy", "--quiet", "--all-targets", "--all-features", "--", "-D", "warnings"]);
cargo(["doc", "--quiet", "--no-deps", "--all-features"], { ...process.env, RUSTDOCFLAGS: "-D warnings" });
cargo(["test", "--quiet", "--doc", "--features", "bson"]);
for (const features of [[], ["--features", "bson"]]) cargo(["check", "--quiet", "--no-default-features", ...features]);
