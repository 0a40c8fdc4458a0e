// @ts-check
import Table from "cli-table3";

/** @param {number | null | undefined} number */
const short = (number) => (number == null ? "" : number >= 100 ? number.toFixed(0) : number.toPrecision(2));
/** @param {number | undefined} amount @param {"B" | undefined} unit */
const perDocument = (amount, unit) => (amount === undefined ? "" : unit === undefined ? (amount / 1000).toFixed(2) : `${amount.toFixed(0)} ${unit}`);

/** @param {import("./paths/index.mjs").Result} result */
function verdict({ ratio, goal, limit }) {
  if (goal === null || limit === null) return "";
  return ratio <= goal ? "goal met" : ratio <= limit ? "within limit" : "OVER LIMIT";
}

/** The results as a table for people. @param {import("./paths/index.mjs").Result[]} results */
export function print(results) {
  const table = new Table({ head: ["path", "document", "µs/doc", "÷ µs/doc", "ratio", "goal", "limit", ""], style: { head: [], border: [] }, colAligns: ["left", "left", "right", "right", "right", "right", "right", "left"] });
  for (const result of results) table.push([result.path, result.document, perDocument(result.ours, result.unit), perDocument(result.peer, result.unit), short(result.ratio), short(result.goal), short(result.limit), verdict(result)]);
  return table.toString();
}
