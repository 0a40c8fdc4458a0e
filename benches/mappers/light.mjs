// @ts-check
import { uuid } from "./values.mjs";

/** Rows of logins. @param {any} d a deserialised login @returns {import("./values.mjs").Tables} */
export const light = (d) => [[[uuid(d._id), uuid(d.user), d.at, d.ip, d.agent, d.method, d.succeeded, d.attempts, d.risk, d.country, null]]];
