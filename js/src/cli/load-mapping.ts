import { readFile } from "node:fs/promises";
import type { Fidelity } from "../core/description.ts";
import { compile, type Plan } from "../core/plan.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { CliError } from "./exit.ts";
import { unreadable } from "./input/bytes.ts";
import { count } from "./output/style.ts";

/** Reads and compiles a mapping file. Its faults are a CliError with all issues. */
export async function loadMapping(path: string | undefined, fidelity?: Fidelity): Promise<Plan> {
  if (path === undefined) throw new CliError("mapping-needed", "which mapping?", { help: "say `--mapping FILE`" });
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    return compile(text, fidelity === undefined ? {} : { fidelity });
  } catch (error) {
    if (!RowlensError.is(error) || error.issues.length === 0) throw error;
    const faults = error.issues.filter((issue) => issue.severity === "error").length;
    const others = error.issues.length - faults;
    throw new CliError("mapping-invalid", `the mapping \`${path}\` has ${count(faults, "fault")}${others === 0 ? "" : ` and ${count(others, "warning")}`}`, { issues: error.issues });
  }
}
