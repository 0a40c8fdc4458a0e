// @ts-check
import { init } from "rowlens";
import { initSql } from "rowlens/sql";
import { convert, toDocuments, toPlan } from "./convert.js";
import { coloured, editor } from "./editor.js";
import { element, showComplement, showFaults, showIssues, showTables } from "./render.js";
import { theme } from "./theme.js";

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const verdict = byId("verdict");
const sampleChoice = /** @type {HTMLSelectElement} */ (byId("sample"));
const collectionChoice = /** @type {HTMLSelectElement} */ (byId("collection"));
const documentEditor = editor(byId("document"), "Document as Extended JSON", () => update());
const mappingEditor = editor(byId("mapping"), "Mapping as JSON", () => update());

/** Shows what the texts say now. Where they say nothing sensible, the last rows stay, dimmed. @param {boolean} [quiet] */
function update(quiet = false) {
  const { plan, issues } = toPlan(mappingEditor.value);
  showFaults(byId("mapping-faults"), issues);
  const parsed = toDocuments(documentEditor.value);
  const fault = byId("document-fault");
  fault.hidden = !("fault" in parsed);
  fault.textContent = "fault" in parsed ? parsed.fault : "";
  const stale = plan === undefined || "fault" in parsed;
  document.body.classList.toggle("stale", stale);
  if (stale) return say("bad", plan === undefined ? "the mapping has faults" : "the document is not Extended JSON");

  const names = plan.description.map((collection) => collection.name);
  if (names.join() !== [...collectionChoice.options].map((option) => option.value).join()) collectionChoice.replaceChildren(...names.map((name) => new Option(name)));
  byId("collections").hidden = names.length < 2;
  const result = convert(plan, collectionChoice.value, parsed.documents);
  showTables(byId("tables"), result.tables, quiet);
  showComplement(byId("complement"), result);
  showIssues(byId("issues"), result);
  byId("tab-sql").textContent = plan.ddl().trim();
  byId("tab-explain").textContent = plan.explain().trim();
  byId("tab-back").replaceChildren(coloured(result.back));
  const all = result.identical === result.documents;
  const many = result.documents === 1 ? "" : `${result.identical} of ${result.documents} `;
  if (result.documents === 0) say("", "no document");
  else say(all ? "good" : "bad", all ? `✓ ${many}${result.documents === 1 ? "comes" : "come"} back identical` : `✗ ${many}${result.documents === 1 ? "comes back differently" : "come back identical"}`);
}

/** @param {string} kind @param {string} text */
function say(kind, text) {
  verdict.className = `verdict ${kind}`;
  verdict.textContent = text;
}

/** @param {{ title: string, mapping: string, document: string }} sample */
function show(sample) {
  for (const id of ["tables", "complement", "issues", "tab-sql", "tab-explain", "tab-back"]) byId(id).replaceChildren();
  mappingEditor.value = sample.mapping;
  documentEditor.value = sample.document;
  update(true);
}

for (const tab of document.querySelectorAll('[role="tab"]')) {
  tab.addEventListener("click", () => {
    for (const other of document.querySelectorAll('[role="tab"]')) {
      other.setAttribute("aria-selected", String(other === tab));
      byId(other.getAttribute("aria-controls") ?? "").hidden = other !== tab;
    }
  });
}
collectionChoice.addEventListener("change", () => update(true));
theme(byId("theme"));

/** @type {{ group: string, samples: { title: string, mapping: string, document: string }[] }[]} */
const groups = await (await fetch("samples.json")).json();
const samples = groups.flatMap((group) => group.samples);
let number = 0;
for (const { group, samples: list } of groups) {
  const options = element("optgroup");
  options.setAttribute("label", group);
  for (const { title } of list) options.append(new Option(title, String(number++)));
  sampleChoice.append(options);
}
sampleChoice.addEventListener("change", () => show(samples[Number(sampleChoice.value)]));
// The second for `explain`.
await Promise.all([init(), initSql()]);
show(samples[0]);
document.body.dataset.ready = "true";
