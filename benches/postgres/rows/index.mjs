// @ts-check
import { apply } from "./apply.mjs";
import { change } from "./change.mjs";
import { load } from "./load.mjs";
import { read } from "./read.mjs";
import { verify } from "./verify.mjs";

/** What a row needs: an empty database of its own, as both sides see it. @typedef {{ database: import("../database.mjs").Database, db: import("rowlens/pg").Database, rounds: number }} Context */
/** @typedef {(context: Context) => Promise<import("../../paths/index.mjs").Result[]>} Measure */

/** In the order of the table. @type {Record<string, Measure>} */
export const rows = { load, apply, change, read, verify };
