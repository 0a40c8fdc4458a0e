import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Tests see the package as users do: built. */
export default function build(): void {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  execFileSync(process.execPath, ["../node_modules/tsdown/dist/run.mjs", "--logLevel", "error"], { cwd, stdio: "inherit" });
}
