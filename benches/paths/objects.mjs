// @ts-check
import { serialize } from "pg-protocol";
// @ts-expect-error pg types no internals; this is the very function that its connections serialise with.
import utils from "pg/lib/utils.js";
import { BSON } from "../documents/bson.mjs";
import { mappers } from "../mappers/index.mjs";
import { minima, sliced } from "../rounds.mjs";
import { source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** The Bind message of one row, exactly as `pg` makes it. @param {string} statement @param {any[]} values */
const bind = (statement, values) => serialize.bind({ statement, values, valueMapper: utils.prepareValue });

/** One JS object → parameters of its rows → Bind messages: a dual write, one object a call. */
export const objects = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents } = source(kind, count);
    const map = /** @type {(document: any) => import("../mappers/values.mjs").Tables} */ (mappers[kind]);
    const lean = documents.map((document) => BSON.deserialize(document));
    const names = collection.tables.map((table) => table.name);
    const byHand = (/** @type {readonly any[]} */ slice) => {
      let last;
      for (const object of slice) {
        const rows = map(object);
        for (let table = 0; table < names.length; table++) {
          for (const values of /** @type {import("../mappers/values.mjs").Value[][]} */ (rows[table])) last = bind(/** @type {string} */ (names[table]), values);
        }
      }
      return last;
    };
    const ours = (/** @type {"binary" | "text"} */ format) => (/** @type {readonly any[]} */ slice) => {
      let last;
      for (const object of slice) {
        for (const table of collection.toRows(object, { copy: false }).tables) {
          const rows = format === "text" ? table.parameters("text") : table.parameters();
          for (const values of rows) last = bind(table.name, values);
        }
      }
      return last;
    };
    const best = minima(
      {
        binary: sliced(lean, ours("binary")),
        text: sliced(lean, ours("text")),
        peer: sliced(lean, byHand),
      },
      rounds,
    );
    return (/** @type {const} */ (["binary", "text"])).map((format) => ({
      path: `one JS object → ${format} parameters → Bind ÷ mapper + Bind`,
      document: name,
      ...ratio({ ours: best[format], peer: best.peer }),
      ...(format === "binary" ? { goal: 0.65, limit: 0.95 } : { goal: null, limit: null }),
    }));
  },
};
