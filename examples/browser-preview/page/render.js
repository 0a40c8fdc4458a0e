// @ts-check
import { coloured } from "./editor.js";

/** @typedef {import("rowlens").Issue} Issue */

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {...(string | Node)} children
 */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

/** What each cell said last time, to show what a keystroke changed. @type {Map<string, string | null>} */
let before = new Map();

/**
 * @param {HTMLElement} place
 * @param {import("./convert.js").TableView[]} tables
 * @param {boolean} quiet nothing is marked as changed
 */
export function showTables(place, tables, quiet) {
  /** @type {Map<string, string | null>} */
  const now = new Map();
  place.replaceChildren(...tables.map((table) => {
    const rows = element("tbody");
    table.rows.forEach((row, number) => {
      const line = element("tr");
      row.forEach((value, index) => {
        const column = table.columns[index];
        const id = JSON.stringify([table.name, number, column.name]);
        now.set(id, value);
        const classes = [...kinds(column), value === null ? "null" : "", !quiet && before.get(id) !== value ? "changed" : ""];
        const cell = element("td", classes.filter(Boolean).join(" "), value === null ? "∅" : shorten(value, column.source));
        cell.title = value === null ? "NULL" : value;
        line.append(cell);
      });
      rows.append(line);
    });
    const head = element("tr", "", ...table.columns.map((column) => {
      const cell = element("th", kinds(column).join(" "), element("b", "", column.name), element("small", "", column.type));
      cell.title = column.path;
      return cell;
    }));
    const title = element("div", "bar", element("h3", "", table.name), element("span", "path", table.from), element("span", "count", `${table.rows.length} ${table.rows.length === 1 ? "row" : "rows"}`));
    const body = table.rows.length === 0 ? [] : [element("div", "scroll", element("table", "", element("thead", "", head), rows))];
    const card = element("article", table.rows.length === 0 ? "card table empty" : "card table", title, ...body);
    card.dataset.table = table.name;
    return card;
  }));
  before = now;
}

/** @param {import("./convert.js").TableView["columns"][number]} column */
const kinds = ({ type, key }) => [...(/^(?:numeric|integer|bigint|smallint|real|double)[^[]*$/.test(type) ? ["right"] : []), ...(key ? ["key"] : [])];

/** What is said in full elsewhere is short in a cell. @param {string} value @param {string} source */
function shorten(value, source) {
  if (source === "complement") return "{…}";
  if (source === "parentKey" && value.length > 16) return `${value.slice(0, 8)}…${value.slice(-4)}`;
  return value.length > 60 ? `${value.slice(0, 58)}…` : value;
}

/** @param {HTMLElement} place @param {import("./convert.js").Result} result */
export function showComplement(place, { complementColumn, complements, documents }) {
  const title = element("div", "bar", element("h3", "", "Complement"), element("span", "path", complementColumn ?? "none"));
  const note = (/** @type {string} */ text) => element("p", "note", text);
  const body = complementColumn === null ? [note("This mapping keeps nothing beside its columns: what they cannot say is lost, with an issue.")]
    : complements.length === 0 ? [note("NULL: the columns say it all.")]
    : complements.flatMap(({ key, text }) => [...(documents > 1 ? [element("p", "note path", key)] : []), element("pre", "text", coloured(text))]);
  place.replaceChildren(element("article", "card", title, ...body));
}

/** @param {Issue} issue @param {boolean} [numbered] with the document's number */
function issueItem(issue, numbered = false) {
  const head = element("div", "", element("code", "", issue.code), ...(issue.path === "" ? [] : [" ", element("span", "path", issue.path)]));
  if (numbered && issue.document !== undefined) head.append(element("span", "count", `document ${issue.document + 1}`));
  const item = element("li", issue.severity, head, element("p", "", ...marked(issue.message)));
  if (issue.help !== undefined) item.append(element("p", "help", ...marked(issue.help)));
  return item;
}

/** User input stands in backticks. @param {string} text */
const marked = (text) => text.split("`").map((part, index) => (index % 2 === 0 ? part : element("code", "", part)));

/** @param {HTMLElement} place @param {import("./convert.js").Result} result */
export function showIssues(place, { issues, documents }) {
  place.replaceChildren(...(issues.length === 0 ? [] : [element("article", "card", element("div", "bar", element("h3", "", "Issues"), element("span", "count", String(issues.length))), element("ul", "issues", ...issues.map((issue) => issueItem(issue, documents > 1))))]));
}

/** @param {HTMLElement} place @param {readonly Issue[]} issues */
export function showFaults(place, issues) {
  place.hidden = issues.length === 0;
  place.replaceChildren(...issues.map((issue) => issueItem(issue)));
}
