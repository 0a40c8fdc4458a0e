import { CliError } from "../exit.ts";

/** What a file of documents holds. */
export type Format = "json" | "ndjson" | "bson";
export const FORMATS: readonly Format[] = ["json", "ndjson", "bson"];

const EXTENSIONS: Record<string, Format> = { json: "json", ndjson: "ndjson", jsonl: "ndjson", bson: "bson" };

/** The format a file's name says, `.gz` aside. */
export function formatOfName(name: string): Format | undefined {
  return EXTENSIONS[/\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? ""];
}

/** First four bytes of `mongodump --archive`. */
const ARCHIVE = [0x6d, 0xe2, 0x99, 0x81];

/**
 * The format the first bytes say. A BSON document begins with its length, whose last byte is 0 or 1 up to 16 MB and more;
 * JSON text has no such bytes.
 */
export function formatOfBytes(name: string, first: Uint8Array): Format {
  if (ARCHIVE.every((byte, index) => first[index] === byte)) throw new CliError("archive-unsupported", `\`${name}\` is a mongodump archive`, { help: "restore it, or dump to a folder (`mongodump --out DIR`) and name its .bson files" });
  return first.length >= 4 && (first[3] as number) < 2 ? "bson" : "json";
}
