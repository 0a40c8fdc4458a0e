import type { Choices } from "./choices.ts";
import { newest, POISON, type Event, type Order } from "./model.ts";

/**
 * Where an attempt at a job loses its connection: before its step of that number, after it and before its answer, or meanwhile: then
 * PostgreSQL still does what it was sent, some time, when others have long tried again.
 */
export interface Crash {
  readonly step: number;
  readonly when: "before" | "after" | "meanwhile";
}

type Work =
  | { readonly kind: "apply"; readonly document: Order }
  | { readonly kind: "applyMany"; readonly documents: readonly Order[] }
  | { readonly kind: "delete"; readonly key: string; readonly version: number }
  | { readonly kind: "load"; readonly batches: readonly (readonly Order[])[] }
  | { readonly kind: "read"; readonly keys: readonly string[] };

/** What a worker does at a time; the first crash is that of the next attempt. */
export type Job = Work & { readonly crashes: readonly Crash[] };

/**
 * Events as a queue delivers them: out of order within a window, some twice, some together, and some whose worker crashes. In the
 * middle a load begins of what was there some time before.
 */
export function delivery(choices: Choices, events: readonly Event[]): Job[] {
  const window = 2 + choices.below(choices.chance(0.3) ? events.length : 20);
  const twice = events.flatMap((event, at) => Array.from({ length: choices.chance(0.25) ? 2 : 1 }, () => ({ event, at: at + choices.below(window) })));
  const delivered = twice.sort((a, b) => a.at - b.at).map(({ event }) => event);
  const jobs: Work[] = [];
  while (delivered.length > 0) {
    if (choices.chance(0.15)) jobs.push({ kind: "read", keys: [...new Set(events.filter(() => choices.chance(0.1)).map(({ key }) => key))] });
    jobs.push(work(choices, delivered));
  }
  const snapshot = [...newest(events.slice(0, Math.floor(events.length * (0.2 + choices.share() * 0.3)))).values()].flatMap(({ document }) => document ?? []);
  jobs.splice(Math.floor(jobs.length * (0.3 + choices.share() * 0.4)), 0, { kind: "load", batches: inBatches(choices, snapshot) });
  return jobs.map((job) => ({ ...job, crashes: crashes(choices) }));
}

function work(choices: Choices, delivered: Event[]): Work {
  const size = choices.chance(0.5) ? 1 : 2 + choices.below(6);
  const documents: Order[] = [];
  for (let next = delivered[0]; next?.document !== undefined && documents.length < size; next = delivered[0]) {
    documents.push(next.document);
    delivered.shift();
  }
  if (documents.length > 1) return { kind: "applyMany", documents: poisoned(choices, documents) };
  const [document] = documents;
  if (document !== undefined) return { kind: "apply", document };
  const { key, version } = delivered.shift() as Event;
  return { kind: "delete", key, version };
}

function inBatches(choices: Choices, documents: readonly Order[]): (readonly Order[])[] {
  const batches: Order[][] = [];
  for (let at = 0; at < documents.length; at += batches.at(-1)?.length ?? 0) batches.push(documents.slice(at, at + 2 + choices.below(4)));
  return batches.map((batch) => poisoned(choices, batch));
}

/** Some have one among them that is refused, so that each is tried by itself. */
const poisoned = (choices: Choices, documents: readonly Order[]): readonly Order[] => (choices.chance(0.2) ? [POISON, ...documents] : documents);

/** Early steps more often: most jobs are short. */
function crashes(choices: Choices): Crash[] {
  const list: Crash[] = [];
  while (choices.chance(0.2)) list.push({ step: choices.below(choices.chance(0.8) ? 4 : 20), when: choices.pick(["before", "after", "meanwhile"]) });
  return list;
}

/** One line for people. */
export function describeJob(job: Work): string {
  const states = (documents: readonly Order[]): string => documents.map(({ _id, v }) => `${_id}@${v}`).join(" ");
  switch (job.kind) {
    case "apply": return `apply ${states([job.document])}`;
    case "applyMany": return `applyMany ${states(job.documents)}`;
    case "delete": return `delete ${job.key}@${job.version}`;
    case "load": return `load ${job.batches.map(states).join(" | ")}`;
    case "read": return `read ${job.keys.join(" ")}`;
  }
}
