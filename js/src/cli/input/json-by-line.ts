import { BATCH_BYTES, DOCUMENT_BYTES } from "./batch.ts";
import { jsonFault } from "./json-batches.ts";
import type { Texts } from "./json-by-bracket.ts";

const LINE_END = 10;

/** Texts that stand one a line; blank lines do not count. */
export async function* textsByLine(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Texts> {
  let parts: Buffer[] = [];
  let numbers: number[] = [];
  let size = 0;
  let line = 0;
  let rest: Buffer[] = [];
  let waiting = 0;

  const take = (end: Buffer): void => {
    const whole = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    rest = [];
    waiting = 0;
    line++;
    size += whole.length + 1;
    const bytes = line === 1 && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? whole.subarray(3) : whole;
    if (bytes.every((byte) => byte <= 32)) return;
    parts.push(bytes);
    numbers.push(line);
  };
  const give = (): Texts => {
    const lines = numbers;
    const texts: Texts = { parts, fault: (index, offset, message) => jsonFault(name, lines[index] as number, offset + 1, message) };
    [parts, numbers, size] = [[], [], 0];
    return texts;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > DOCUMENT_BYTES) throw jsonFault(name, line + 1, 1, `the line does not end within ${DOCUMENT_BYTES} bytes`);
    if (size >= BATCH_BYTES) yield give();
  }
  if (rest.length > 0) take(Buffer.alloc(0));
  if (parts.length > 0) yield give();
}
