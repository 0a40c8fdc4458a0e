import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { TableDescription } from "../../core/description.ts";
import type { TableRows } from "../../core/rows.ts";
import { CliError } from "../exit.ts";
import { EXTENSIONS, type Form, WRITERS } from "./forms.ts";

/** Opens a file to write. */
export function openOut(path: string): Promise<FileHandle> {
  return open(path, "w").catch((error: Error) => {
    throw new CliError("out-unwritable", `cannot write \`${path}\`: ${error.message}`);
  });
}

/** One file per table in a folder. */
export class OutFiles {
  readonly #folder: string;
  readonly #form: Form;
  readonly #files: Map<string, { handle: FileHandle; path: string; rows: number }> = new Map();

  private constructor(folder: string, form: Form) {
    this.#folder = folder;
    this.#form = form;
  }

  static async create(folder: string, form: Form): Promise<OutFiles> {
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
      throw new CliError("out-unwritable", `cannot make the folder \`${folder}\`: ${error.message}`);
    });
    return new OutFiles(folder, form);
  }

  /** Makes the table's file, where it is not made yet. */
  async add(table: TableDescription): Promise<void> {
    if (this.#files.has(table.name)) return;
    const path = join(this.#folder, `${fileStem(table.name)}.${EXTENSIONS[this.#form]}`);
    const handle = await openOut(path);
    await handle.writeFile(WRITERS[this.#form].head);
    this.#files.set(table.name, { handle, path, rows: 0 });
  }

  async write(rows: TableRows, table: TableDescription): Promise<void> {
    await this.add(table);
    if (rows.count === 0) return;
    const file = this.#files.get(table.name);
    await file?.handle.writeFile(WRITERS[this.#form].rows(rows, table));
    if (file) file.rows += rows.count;
  }

  /** Ends all files. */
  async close(): Promise<{ table: string; path: string; rows: number }[]> {
    const list = [];
    for (const [table, { handle, path, rows }] of this.#files) {
      await handle.writeFile(WRITERS[this.#form].tail);
      await handle.close();
      list.push({ table, path, rows });
    }
    this.#files.clear();
    return list;
  }
}

/** A table's name as a file's: what cannot be in one is written `%2F`. */
export const fileStem = (table: string): string => table.replaceAll(/[/\\%:*?"<>|\u0000]|^\.+$/g, (part) => encodeURIComponent(part).replaceAll(".", "%2E").replaceAll("*", "%2A"));
/** The table that a file's name stands for. */
export function tableOfStem(stem: string): string {
  try {
    return decodeURIComponent(stem);
  } catch {
    return stem;
  }
}
