// @ts-check
import { uuid } from "./values.mjs";

/** Rows of webhooks. @param {any} d a deserialised webhook @returns {import("./values.mjs").Tables} */
export const metadata = (d) => [[[uuid(d._id), d.source, d.event, d.receivedAt, JSON.stringify(d.body), null]]];
