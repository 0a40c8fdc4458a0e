// @ts-check
import { complement } from "./complement.mjs";
import { forward } from "./forward.mjs";
import { native } from "./native.mjs";
import { objects } from "./objects.mjs";
import { reverse } from "./reverse.mjs";
import { size } from "./size.mjs";
import { startup } from "./startup.mjs";
import { text } from "./text.mjs";

/** @typedef {{ rounds: number, count: number }} Settings */
/**
 * `ratio` is what `goal` and `limit` are about (null: told for comparison); `ours` and `peer` are its two sides per document, in ns where no other
 * unit is named.
 * @typedef {{ path: string, document: string, ratio: number, goal: number | null, limit: number | null, ours?: number, peer?: number, unit?: "B" }} Result
 */
/** @typedef {{ kinds: string[], measure(kind: string, settings: Settings): Result[] }} Path */

/** In the order of the table. @type {Record<string, Path>} */
export const paths = { forward, text, reverse, objects, native, complement, size, startup };
