import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Material that nobody here wrote; undefined where it is absent. */
export const fixtures: string | undefined = [process.env.ROWLENS_FIXTURES, fileURLToPath(new URL("../../../../shared/fixtures", import.meta.url))].find((path) => path !== undefined && existsSync(path));
if (fixtures === undefined) console.warn("the fixtures are absent: tests that need them are skipped (set ROWLENS_FIXTURES)");

export interface CorpusFile {
  description: string;
  valid?: { description: string; canonical_bson: string; degenerate_bson?: string; converted_bson?: string }[];
  decodeErrors?: { description: string; bson: string }[];
}

/** The official BSON corpus. */
export const corpus = (): CorpusFile[] => files("bson-corpus").map(([, text]) => JSON.parse(text) as CorpusFile);

/** The data sets: file name and lines of Extended JSON. */
export const datasets = (): [name: string, lines: string[]][] =>
  readdirSync(join(fixtures as string, "datasets")).flatMap((folder) => files(join("datasets", folder)).map(([name, text]): [string, string[]] => [`${folder}/${name}`, text.split("\n").filter((line) => line !== "")]));

const files = (folder: string): [name: string, text: string][] =>
  readdirSync(join(fixtures as string, folder))
    .filter((name) => /json$/.test(name))
    .map((name) => [name, readFileSync(join(fixtures as string, folder, name), "utf8")]);
