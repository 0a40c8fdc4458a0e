import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CollectionDescription, TableDescription } from "../../core/description.ts";
import { didYouMean } from "../../core/did-you-mean.ts";
import type { Plan } from "../../core/plan.ts";
import { CliError } from "../exit.ts";
import { unreadable } from "../input/bytes.ts";
import { EXTENSIONS, type Form } from "./forms.ts";
import { tableOfStem } from "./out-files.ts";

/** A file of rows of one table. */
export interface TableFile {
  table: TableDescription;
  path: string;
  form: Form;
  size: number;
}

/** Unpacked, a gzip file has about so many times its bytes. */
const GZIP_RATIO = 10;

/** The files of rows that the arguments name, and the collection they are of. */
export async function findTables(paths: readonly string[], plan: Plan, wanted: string | undefined, given: Form | undefined): Promise<{ collection: CollectionDescription; files: TableFile[] }> {
  const found: { path: string; inFolder: boolean; size: number }[] = [];
  for (const path of paths) {
    const info = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (!info.isDirectory()) found.push({ path, inFolder: false, size: info.size });
    else for (const name of (await readdir(path)).sort()) found.push({ path: join(path, name), inFolder: true, size: (await stat(join(path, name))).size });
  }
  const candidates = wanted === undefined ? plan.description : plan.description.filter((one) => one.name === plan.collection(wanted).name);
  const tables = candidates.flatMap((collection) => collection.tables.map((table) => ({ collection, table })));
  const files: (TableFile & { collection: CollectionDescription })[] = [];
  for (const { path, inFolder, size } of found) {
    const [, stem = basename(path), extension = ""] = /^(.*?)\.([a-z]+)(?:\.gz)?$/i.exec(basename(path)) ?? [];
    const owner = tables.find(({ table }) => table.name === tableOfStem(stem));
    const form = given ?? formOf(extension);
    // A folder may hold other things, tables of other collections among them.
    if (inFolder && (owner === undefined || form === undefined)) continue;
    if (owner === undefined) {
      const names = tables.map(({ table }) => table.name);
      const near = didYouMean(stem, names);
      throw new CliError("unknown-table", `\`${path}\` is of no table of the mapping: a file of rows has its table's name${near === undefined ? "" : `; did you mean \`${near}\`?`}`, { help: `tables: ${names.map((name) => `\`${name}\``).join(", ")}` });
    }
    if (form === undefined || form === "sql") throw new CliError("form-unknown", `in which form are the rows of \`${path}\`?`, { help: "say `--from ndjson`, `copy-text` or `copy-binary`, or name the file .ndjson, .tsv or .pgcopy" });
    const twice = files.find((file) => file.table === owner.table);
    if (twice) throw new CliError("table-twice", `\`${twice.path}\` and \`${path}\` both have rows of \`${owner.table.name}\``);
    files.push({ ...owner, path, form, size: path.endsWith(".gz") ? size * GZIP_RATIO : size });
  }
  const roots = files.filter((file) => file.table.parent === null);
  const [first] = roots;
  if (first === undefined) {
    const names = candidates.map((one) => one.tables[0]?.name).map((name) => `\`${name}\``);
    throw new CliError("root-needed", "there is no file of a root table: documents come from its rows", { help: `name a folder that \`rowlens rows --out\` wrote; root tables: ${names.join(", ")}` });
  }
  if (roots.length > 1) throw new CliError("collection-needed", "these are rows of several collections", { help: `say \`--collection NAME\`, one of ${roots.map((file) => `\`${file.collection.name}\``).join(", ")}` });
  return { collection: first.collection, files: files.filter((file) => file.collection === first.collection) };
}

function formOf(extension: string): Form | undefined {
  return (Object.keys(EXTENSIONS) as Form[]).find((form) => EXTENSIONS[form] === extension.toLowerCase());
}
