// @ts-check
// Escrow payments, about 1.7 KB, decimal-rich: the documents and the mapping of examples/escrow.
import { readFileSync } from "node:fs";
import { generate } from "../../examples/escrow/generate.js";

export const name = "payments";
export const collection = "payments";
export const mapping = JSON.parse(readFileSync(new URL("../../examples/escrow/mapping.json", import.meta.url), "utf8"));

/** @param {number} count @returns {Uint8Array[]} */
export const documents = (count) => generate({ seed: 1, counts: { payments: count } }).payments ?? [];
