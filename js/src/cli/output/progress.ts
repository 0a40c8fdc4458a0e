import type { ProgressResult, SpinnerResult } from "@clack/prompts";
import { basename } from "node:path";
import { say } from "./streams.ts";
import { bytes, count } from "./style.ts";

/** Says how far a run is. */
export interface Progress {
  /** So many more bytes came from the disk. */
  read(bytes: number): void;
  /** So many more documents are done. */
  done(documents: number): void;
  /** A file begins. */
  file(path: string): void;
  /** A line beside the progress. */
  note(line: string): Promise<void>;
  /** The run is over, well or not. */
  end(): void;
}

/** Milliseconds between plain lines. */
const EVERY = 5000;
/** A run shorter than this shows no bar. */
const PATIENCE = 300;
/** A terminal that is narrower (or says it has no columns at all) gets plain lines. */
const NARROW = 60;
const CANCELLED = 130;

/**
 * A bar on a terminal, a plain line now and then elsewhere, both on stderr.
 * @param total bytes on disk, where all files have a size
 */
export async function startProgress(total: number | undefined, options: { quiet: boolean; stdin: boolean }): Promise<Progress> {
  const state = { bytes: 0, documents: 0, path: "" };
  // The bar tells done from to do by colour alone, which not everyone has.
  const percent = (): string => (total === undefined || total === 0 ? "" : `${Math.floor((Math.min(state.bytes, total) / total) * 100)}%  `);
  const text = (): string => `${percent()}${state.path}  ${count(state.documents, "document")}, ${bytes(state.bytes)}${total === undefined ? "" : ` of ${bytes(total)}`}`;
  // The bar listens for Ctrl-C on stdin, so it must not be there where stdin is someone else's data.
  const terminal = process.stderr.isTTY && process.stderr.columns >= NARROW && process.stdin.isTTY && !options.stdin && process.env.TERM !== "dumb" && process.env.CI !== "true";
  const make = options.quiet || !terminal ? undefined : await loadBar(total);
  let bar: Bar | undefined;

  const begun = Date.now();
  let next = begun + EVERY;
  const tick = (): void => {
    if (make && bar === undefined && Date.now() >= begun + PATIENCE) bar = make();
    if (make) bar?.show(state.bytes, text());
    else if (!options.quiet && Date.now() >= next) {
      say(text());
      next = Date.now() + EVERY;
    }
  };
  return {
    read(more) {
      state.bytes += more;
    },
    done(more) {
      state.documents += more;
      tick();
    },
    file(path) {
      state.path = path === "-" ? "stdin" : basename(path);
      tick();
    },
    async note(line) {
      bar?.clear();
      say(line);
      if (bar) bar.restart(text());
    },
    end() {
      bar?.clear();
    },
  };
}

interface Bar {
  show(at: number, text: string): void;
  clear(): void;
  restart(text: string): void;
}

/** Bytes are shown in thousandths: clack's bar counts steps up. */
const STEPS = 1000;

async function loadBar(total: number | undefined): Promise<(() => Bar) | undefined> {
  // Loaded only where it is shown; a Node too old for it gets plain lines.
  const clack = await import("@clack/prompts").catch(() => undefined);
  if (clack === undefined) return undefined;
  const options = { output: process.stderr, withGuide: false };
  return () => startBar(() => (total === undefined ? clack.spinner(options) : clack.progress({ ...options, max: STEPS, size: 24 })), total);
}

function startBar(make: () => SpinnerResult & Partial<ProgressResult>, total: number | undefined): Bar {
  let shown = 0;
  let bar = make();
  let active = true;
  // The library ends the process with 0 at Ctrl-C.
  process.once("exit", () => {
    if (active) process.exitCode = CANCELLED;
  });
  bar.start("");
  return {
    show(at, text) {
      const step = total === undefined || total === 0 ? 0 : Math.min(STEPS, Math.floor((at / total) * STEPS));
      if (bar.advance) bar.advance(step - shown, text);
      else bar.message(text);
      shown = step;
    },
    clear() {
      if (active) bar.clear();
      active = false;
    },
    restart(text) {
      bar = make();
      shown = 0;
      active = true;
      bar.start(text);
    },
  };
}
