import { RowlensError } from "../core/rowlens-error.ts";

/**
 * A package that users install only where they need it.
 * @throws RowlensError `peer-missing`, with what to install.
 */
export async function peer<Module>(name: string, what: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new RowlensError("peer-missing", `${what} needs the package \`${name}\`, which is not installed: \`npm install ${name}\``);
  }
}
