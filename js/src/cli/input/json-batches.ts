import { parseExtendedJson } from "../../core/extended-json.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import { wasm } from "../../wasm/handle.ts";
import { CliError } from "../exit.ts";
import type { Batch } from "./batch.ts";
import { type Texts, textsByBracket } from "./json-by-bracket.ts";
import { textsByLine } from "./json-by-line.ts";

const NEWLINE = Buffer.from("\n");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Extended JSON documents: an array of them, one after the other, or (`lines`) one a line. */
export async function* jsonBatches(name: string, chunks: AsyncIterable<Buffer>, lines: boolean): AsyncGenerator<Batch> {
  let first = 0;
  for await (const texts of lines ? textsByLine(name, chunks) : textsByBracket(name, chunks)) {
    const { bson, count } = together(texts) ?? apart(texts);
    if (count > 0) yield { bson, first, count };
    first += count;
  }
}

/** All documents in one call. */
function together(texts: Texts): { bson: Uint8Array; count: number } | undefined {
  try {
    const bson = wasm().parseExtendedJson(utf8.decode(Buffer.concat(texts.parts.flatMap((part) => [part, NEWLINE]))));
    const count = countDocuments(bson);
    return count === texts.parts.length ? { bson, count } : undefined;
  } catch {
    // One by one tells which is at fault.
    return undefined;
  }
}

function apart(texts: Texts): { bson: Uint8Array; count: number } {
  const documents = texts.parts.flatMap((part, index) => {
    let text: string;
    try {
      text = utf8.decode(part);
    } catch {
      throw texts.fault(index, 0, "the document is not UTF-8");
    }
    try {
      return parseExtendedJson(text);
    } catch (error) {
      if (!RowlensError.is(error)) throw error;
      const [, message = error.message, offset = "0"] = /^([\s\S]*) at byte (\d+)$/.exec(error.message) ?? [];
      throw texts.fault(index, Number(offset), message);
    }
  });
  return { bson: Buffer.concat(documents), count: documents.length };
}

function countDocuments(bson: Uint8Array): number {
  const data = new DataView(bson.buffer, bson.byteOffset, bson.byteLength);
  let count = 0;
  for (let at = 0; at + 4 <= bson.length; at += data.getInt32(at, true)) count++;
  return count;
}

/** What is wrong with a text, and where. */
export function jsonFault(name: string, line: number, byte: number, message: string): CliError {
  return new CliError("extended-json-invalid", `\`${name}\`, line ${line}, byte ${byte}: ${message}`, { help: "each document must be Extended JSON, canonical or relaxed; nothing behind this place was read" });
}
