// @ts-check
// Builds src/ to WebAssembly and writes pkg/. Named steps, so that a failure says where it happened.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stamp } from "./stamp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? join(root, "pkg");
const target = "wasm32-unknown-unknown";
const targetDir = join(root, "target", "wasm");
/** What the package loads: the lens always, the SQL only where a database is. By file name, the feature of the crate. */
const modules = { rowlens: "wasm-lens", rowlens_sql: "wasm-sql" };
/** @typedef {{cargo: string, args: string[], flags: string, env: NodeJS.ProcessEnv}} Toolchain */
const quiet = { cwd: root, encoding: /** @type {"utf8"} */ ("utf8") };
const run = (/** @type {string} */ command, /** @type {string[]} */ args, env = process.env, cwd = root) => execFileSync(command, args, { cwd, env, stdio: "inherit" });
const works = (/** @type {string} */ command, /** @type {string[]} */ args) => spawnSync(command, args, quiet).status === 0;

/**
 * The standard library is compiled with ours: without the texts of panics, which nobody can read in WebAssembly anyway, and with its
 * small sorts (each of its fast ones is several KB, once per type, and none is in a hot path). That saves a quarter.
 */
const standardLibrary = ["-Zbuild-std=std,panic_abort"];
const standardFeatures = ["optimize_for_size"];

/** The standard library from source, by a compiler that may be older or newer. @param {string} rustc @param {NodeJS.ProcessEnv} env */
function fromSource(rustc, env) {
  const version = spawnSync(rustc, ["--version"], { ...quiet, env }).stdout ?? "";
  // A way to panic of its own since 1.92, a feature of the library before.
  const features = Number(/^rustc 1\.(\d+)/.exec(version)?.[1]) < 92 ? [...standardFeatures, "panic_immediate_abort"] : standardFeatures;
  return { args: [...standardLibrary, `-Zbuild-std-features=${features.join(",")}`], flags: features === standardFeatures ? " -Zunstable-options -Cpanic=immediate-abort" : "" };
}

/**
 * A user's way: rustup brings the target, and the standard library's sources where it can.
 * @returns {Toolchain | undefined}
 */
function rustupToolchain() {
  if (!works("rustup", ["target", "add", target])) return undefined;
  if (!works("rustup", ["component", "add", "rust-src"])) return { cargo: "cargo", args: [], flags: "", env: process.env };
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1" };
  return { cargo: "cargo", ...fromSource("rustc", env), env };
}

/**
 * Debian's way, where rustup cannot: its own compiler and the standard library's sources.
 * @returns {Toolchain | undefined}
 */
function debianToolchain() {
  const packages = ["rustc-web", "cargo-web", "rust-web-src", "libstd-rust-web-dev"];
  if (!existsSync("/usr/bin/cargo") || !works("dpkg", ["-s", ...packages])) {
    console.log("installing Debian's Rust for the web");
    const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
    const apt = (/** @type {string[]} */ ...args) => {
      const [command = "", ...rest] = [...sudo, "apt-get", ...args];
      return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
    };
    if (!apt("update", "-q") || !apt("install", "-y", "-q", "--no-install-recommends", ...packages)) return undefined;
  }
  const sysroot = spawnSync("rustc", ["--print", "sysroot"], quiet).stdout?.trim() ?? "";
  const linker = join(sysroot, "lib", "rustlib", "x86_64-unknown-linux-gnu", "bin");
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1", RUSTC: "/usr/bin/rustc", PATH: [linker, process.env.PATH].join(delimiter) };
  delete env.RUSTUP_TOOLCHAIN;
  delete env.CARGO;
  return { cargo: "/usr/bin/cargo", ...fromSource("/usr/bin/rustc", env), env };
}

/** Measured: LLVM's own threshold (225) makes a tenth more code, which is no faster; what must be inlined says so. */
const inlining = " -Cllvm-args=-inline-threshold=100";

/** @returns {{ build(feature: string): string, compiler: string }} */
function compiler() {
  const toolchain = rustupToolchain() ?? debianToolchain();
  if (!toolchain) {
    console.error("no Rust compiler for WebAssembly: run `rustup target add wasm32-unknown-unknown`, or install Debian's rustc-web");
    process.exit(3);
  }
  // Panic messages carry source paths: none of this machine's may end up in pkg/.
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry", "src");
  const registries = existsSync(sources) ? readdirSync(sources).map((name) => [join(sources, name), "crates"]) : [];
  const remap = [[root.replace(/\/$/, ""), "rowlens"], ...registries].map(([from, to]) => ` --remap-path-prefix=${from}=${to}`).join("");
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...toolchain.env, CARGO_TARGET_DIR: targetDir, RUSTFLAGS: "-C target-feature=+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext" + inlining + toolchain.flags + remap };
  const version = spawnSync(env.RUSTC ?? "rustc", ["--version"], { ...quiet, env }).stdout.trim();
  return {
    build(feature) {
      run(toolchain.cargo, ["rustc", "--lib", "--crate-type", "cdylib", "--release", "--features", feature, "--target", target, ...toolchain.args], env);
      return join(targetDir, target, "release", "rowlens.wasm");
    },
    compiler: version + (toolchain.args.length > 0 ? ", std from source" : ""),
  };
}

/** wasm-bindgen's CLI must be of the very version of the crate: a small tool pins the library behind it. */
function binder() {
  const manifest = join(root, "tools", "wasm-bindgen", "Cargo.toml");
  run("cargo", ["build", "--release", "--quiet", "--locked", "--manifest-path", manifest], { ...process.env, CARGO_TARGET_DIR: join(root, "target", "tools") });
  return (/** @type {string} */ wasm, /** @type {string} */ name) => run(join(root, "target", "tools", "release", "rowlens-wasm-bindgen"), [wasm, out, name]);
}

/** Smaller and a little faster; left out (and said) where binaryen is not installed. @param {string} file @param {string} level */
function optimise(file, level) {
  const tool = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
  if (!existsSync(tool)) return console.log("binaryen is not installed: wasm-opt is left out");
  const features = ["--enable-simd", "--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-nontrapping-float-to-int", "--enable-sign-ext", "--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"];
  run("node", [tool, level, "--strip-debug", "--strip-producers", "--strip-target-features", ...features, file, "-o", file]);
}

const { build, compiler: version } = compiler();
const bind = binder();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, feature] of Object.entries(modules)) {
  bind(build(feature), name);
  const file = join(out, `${name}_bg.wasm`);
  optimise(file, feature === "wasm-lens" ? "-O3" : "-Oz");
  console.log(`pkg: ${name}: ${readFileSync(file).length} bytes of WebAssembly`);
}
writeFileSync(join(out, "stamp.json"), `${JSON.stringify({ source: stamp(root), compiler: version }, null, 2)}\n`);
writeFileSync(join(out, "README.md"), "Generated by `npm run build:wasm` from `src/`. Never edited by hand; `npm test` proves that it belongs to `src/`.\n");
