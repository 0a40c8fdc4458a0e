import type { CliError } from "../exit.ts";
import { BATCH_BYTES, DOCUMENT_BYTES } from "./batch.ts";
import { jsonFault } from "./json-batches.ts";
import { JsonPlaceError, JsonValues } from "./json-values.ts";

/** Texts of documents, not parsed yet. */
export interface Texts {
  parts: Buffer[];
  /** The error for a fault at byte `offset` of text number `index`. */
  fault(index: number, offset: number, message: string): CliError;
}

const BLANKS = Buffer.from("   ");

/** Texts in an array, or one after the other, whatever the lines. */
export async function* textsByBracket(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Texts> {
  const values = new JsonValues();
  let pending: Buffer[] = [];
  let length = 0;
  let offset = 0;
  let wanted = BATCH_BYTES;
  let ranges: [start: number, end: number][] = [];
  // Lines behind us, and where the line at `offset` began.
  let lines = 0;
  let lineStart = 0;

  const found = (start: number, end: number): void => {
    ranges.push([start, end]);
  };
  const faultAt = (bytes: Buffer, from: number, passed: number, start: number, at: number, message: string): CliError => {
    const counted = countLines(bytes, from, at);
    return jsonFault(name, passed + counted.lines + 1, at - (counted.lineStart ?? start) + 1, message);
  };

  function* cut(): Generator<Texts> {
    const bytes = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, length);
    if (ranges.length > 0) {
      const [from, passed, start, places] = [offset, lines, lineStart, ranges];
      yield { parts: places.map(([begin, end]) => bytes.subarray(begin - from, end - from)), fault: (index, at, message) => faultAt(bytes, from, passed, start, (places[index] as [number, number])[0] + at, message) };
    }
    const counted = countLines(bytes, offset, values.rest);
    lines += counted.lines;
    lineStart = counted.lineStart ?? lineStart;
    pending = values.rest < offset + bytes.length ? [bytes.subarray(values.rest - offset)] : [];
    offset = values.rest;
    length = pending[0]?.length ?? 0;
    ranges = [];
    // A document longer than a batch is not copied again for each piece of it.
    wanted = Math.max(BATCH_BYTES, length * 2);
    if (length > DOCUMENT_BYTES) throw jsonFault(name, lines + 1, offset - lineStart + 1, `the document does not end within ${DOCUMENT_BYTES} bytes`);
  }
  /** The fault, where the bytes are not in order. */
  function scan(run: () => void): JsonPlaceError | undefined {
    try {
      run();
      return undefined;
    } catch (error) {
      if (error instanceof JsonPlaceError) return error;
      throw error;
    }
  }

  let begun = false;
  for await (const read of chunks) {
    // A byte order mark is no part of the text; as blanks it keeps all offsets.
    const chunk = !begun && read[0] === 0xef && read[1] === 0xbb && read[2] === 0xbf ? Buffer.concat([BLANKS, read.subarray(3)]) : read;
    begun = true;
    pending.push(chunk);
    length += chunk.length;
    const fault = scan(() => values.push(chunk, found));
    if (fault) throw faultAt(Buffer.concat(pending, length), offset, lines, lineStart, fault.at, fault.message);
    if (length >= wanted) yield* cut();
  }
  const fault = scan(() => values.end(found));
  if (fault) {
    const bytes = Buffer.concat(pending, length);
    // What is complete comes first: its faults are nearer to the beginning.
    const error = faultAt(bytes, offset, lines, lineStart, fault.at, fault.message);
    if (ranges.length > 0) yield* cut();
    throw error;
  }
  yield* cut();
}

/** Line ends in the bytes (which begin at `from`) before `to`, and where the last line begins. */
function countLines(bytes: Buffer, from: number, to: number): { lines: number; lineStart: number | undefined } {
  let lines = 0;
  let lineStart: number | undefined;
  for (let at = bytes.indexOf(10); at >= 0 && from + at < to; at = bytes.indexOf(10, at + 1)) {
    lines++;
    lineStart = from + at + 1;
  }
  return { lines, lineStart };
}
