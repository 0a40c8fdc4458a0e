import { readFile } from "node:fs/promises";
import type { Lookups } from "../core/collection.ts";
import { unescapeField } from "../postgres/copy-text.ts";
import { CliError } from "./exit.ts";
import { unreadable } from "./input/bytes.ts";

/** Rows of `id_map` as `COPY id_map (collection, mongo_id, pg_id) TO …` writes them. */
export async function loadIdMap(path: string | undefined): Promise<Lookups | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && line !== "\\.");
  return lines.map((line, index) => {
    const [collection, id, key, ...more] = line.split("\t").map(unescapeField);
    if (collection === undefined || id === undefined || key === undefined || more.length > 0) {
      throw new CliError("id-map-invalid", `\`${path}\`, line ${index + 1}: expected three fields, with tabs between`, { help: "write it with `\\copy id_map (collection, mongo_id, pg_id) to 'id_map.tsv'`" });
    }
    return [collection, id, key] as const;
  });
}
