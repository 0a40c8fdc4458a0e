import { equalDocuments, identicalBytes } from "../../bson/equal-documents.ts";
import { firstDifference } from "../../bson/first-difference.ts";
import { splitBson } from "../../bson/split-bson.ts";
import type { Fidelity } from "../../core/description.ts";
import { toExtendedJson } from "../../core/extended-json.ts";
import { complementOf } from "../complement.ts";
import { EXIT } from "../exit.ts";
import { loadIdMap } from "../id-map.ts";
import { FORMATS } from "../input/format.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, choice, COLLECTION, FIDELITY, files, FILES, FORMAT, ID_MAP, JSON_OUT, MAPPING, QUIET, text } from "../options.ts";
import { print } from "../output/streams.ts";
import { bytes, count, cut, styleFor } from "../output/style.ts";
import { Tally } from "../output/tally.ts";
import { runBatches, type Step } from "../run-batches.ts";
import type { Command } from "../command.ts";

/** Documents that are named; the others are only counted. */
const NAMED = 20;

export const roundtrip: Command = {
  description: "prove that documents come back from their rows as they were",
  args: { files: FILES, mapping: MAPPING, collection: COLLECTION, fidelity: FIDELITY, format: FORMAT, "id-map": ID_MAP, json: JSON_OUT, quiet: QUIET },
  examples: ["rowlens roundtrip dump/shop/payments.bson.gz --mapping mapping.json", "mongoexport … | rowlens roundtrip - -m mapping.json -c payments --fidelity exact --json"],
  async run(args: Args): Promise<number> {
    const fidelity = choice<Fidelity>(args, "fidelity", ["exact", "value"]);
    const plan = await loadMapping(text(args, "mapping"), fidelity);
    const exact = new Set(plan.description.filter((collection) => collection.fidelity === "exact").map((collection) => collection.name));
    const tally = new Tally();
    const complement = { documents: 0, bytes: 0 };
    let differing = 0;
    const style = styleFor(process.stderr);
    const total = await runBatches({ paths: files(args), plan, collection: text(args, "collection"), format: choice(args, "format", FORMATS), lookups: await loadIdMap(text(args, "id-map")), standIns: true, quiet: args.quiet === true }, tally, async (step) => {
      const used = complementOf(step.rows);
      complement.documents += used.documents;
      complement.bytes += used.bytes;
      for (const { document, reason } of differences(step, exact.has(step.collection.name), tally)) {
        if (differing++ < NAMED) await step.progress.note(`${style.red("differs")}  ${step.place(document)}  ${reason}`);
        else if (differing === NAMED + 1) await step.progress.note("further documents that differ are only counted");
      }
    });
    const identical = total.documents - differing;
    if (args.json === true) {
      await print(`${JSON.stringify({ documents: total.documents, identical, differing, complement, issues: tally.counts() })}\n`);
    } else {
      const paint = styleFor(process.stdout);
      const verdict = `${count(total.documents, "document")}, ${identical.toLocaleString("en")} identical${differing === 0 ? "" : `, ${differing.toLocaleString("en")} differing`}`;
      const lines = [(differing === 0 ? paint.green : paint.red)(paint.bold(verdict))];
      if (complement.documents > 0) lines.push(`${count(complement.documents, "document")} with a complement, ${bytes(complement.bytes)} in all`);
      await print(`${[...lines, ...tally.lines(paint)].join("\n")}\n`);
    }
    return differing === 0 ? EXIT.fine : EXIT.found;
  },
};

/** Documents of the batch that do not come back, and why. */
function* differences({ collection, batch, rows, back: documentsOf }: Step, exact: boolean, tally: Tally): Generator<{ document: number; reason: string }> {
  const before = splitBson(batch.bson);
  if (rows.accepted === rows.documents) {
    const back = documentsOf(rows);
    tally.add(back.issueCounts, back.issues, () => "on the way back");
    if (back.count === before.length) {
      for (const [index, document] of before.entries()) {
        const reason = differs(document, back.documents[index] as Uint8Array, exact);
        if (reason !== undefined) yield { document: index, reason: `${reason}${twin(before, index)}` };
      }
      return;
    }
  }
  // Some were refused, or rows of one went to another: one by one, so that each has its own answer.
  for (const [index, document] of before.entries()) {
    const alone = collection.toRows(document);
    if (alone.accepted === 0) {
      yield { document: index, reason: `refused: ${alone.issues.find((issue) => issue.severity === "error")?.message ?? "it did not become rows"}` };
      continue;
    }
    const back = documentsOf(alone);
    if (rows.accepted !== rows.documents) tally.add(back.issueCounts, back.issues, () => "on the way back");
    const reason = back.count === 1 ? differs(document, back.documents[0] as Uint8Array, exact) : `its rows give ${back.count} documents`;
    if (reason !== undefined) yield { document: index, reason };
  }
}

function differs(before: Uint8Array, after: Uint8Array, exact: boolean): string | undefined {
  if (exact ? identicalBytes(before, after) : equalDocuments(before, after)) return undefined;
  const difference = firstDifference(before, after, exact);
  if (difference === undefined) return "the documents are not the same";
  const { path, order } = difference;
  const where = path === "" ? "" : `at \`${path}\`: `;
  const [was, is] = [difference.before, difference.after].map((value) => (value === undefined ? "nothing" : cut(value, 80)));
  return order ? `${where}keys were ${was}, came back as ${is}` : `${where}was ${was}, came back as ${is}`;
}

/** A hint where the batch has another document with the same `_id`: they share their rows. */
function twin(documents: readonly Uint8Array[], index: number): string {
  const id = idOf(documents[index] as Uint8Array);
  return id !== undefined && documents.some((document, other) => other !== index && idOf(document) === id) ? " (another document has the same `_id`, so they share rows)" : "";
}

function idOf(document: Uint8Array): string | undefined {
  try {
    return JSON.stringify((JSON.parse(toExtendedJson(document)) as { _id?: unknown })._id);
  } catch {
    return undefined;
  }
}
