import { toExtendedJson } from "../core/extended-json.ts";
import { identicalBytes, valueLength } from "./equal-documents.ts";
import { appendField } from "./path.ts";

const OBJECT = 3;
const ARRAY = 4;

/** The first place where two documents differ. @internal */
export interface Difference {
  /** Document path; empty for the document itself. */
  path: string;
  /** What is there on each side, as Extended JSON; undefined where nothing is. */
  before: string | undefined;
  after: string | undefined;
  /** Only the order of keys differs. */
  order: boolean;
}

interface Element {
  name: string;
  type: number;
  /** The whole element: type, name and value. */
  whole: Uint8Array;
  value: Uint8Array;
}

/** Where `after` first differs from `before`, in the order of `before`; undefined where it does not (`ordered`: key order counts). @internal */
export function firstDifference(before: Uint8Array, after: Uint8Array, ordered: boolean): Difference | undefined {
  return inObject(before, after, ordered, "", false);
}

function inObject(before: Uint8Array, after: Uint8Array, ordered: boolean, path: string, array: boolean): Difference | undefined {
  if (identicalBytes(before, after)) return undefined;
  const [left, right] = [elements(before), elements(after)];
  const place = (name: string): string => (array ? `${path}[${name}]` : appendField(path, name));
  // Of names that occur twice, the n-th of one side belongs to the n-th of the other.
  const rest = new Map<string, Element[]>();
  for (const element of right) rest.set(element.name, [...(rest.get(element.name) ?? []), element]);
  for (const element of left) {
    const other = rest.get(element.name)?.shift();
    if (other === undefined) return { path: place(element.name), before: shown(element), after: undefined, order: false };
    if (identicalBytes(element.whole, other.whole)) continue;
    if (element.type === other.type && (element.type === OBJECT || element.type === ARRAY)) {
      const inner = inObject(element.value, other.value, ordered, place(element.name), element.type === ARRAY);
      if (inner) return inner;
      continue;
    }
    return { path: place(element.name), before: shown(element), after: shown(other), order: false };
  }
  for (const element of right) if (rest.get(element.name)?.includes(element)) return { path: place(element.name), before: undefined, after: shown(element), order: false };
  if (!ordered && !array) return undefined;
  const keys = (list: Element[]): string => JSON.stringify(list.map((element) => element.name));
  return { path, before: keys(left), after: keys(right), order: true };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function elements(bson: Uint8Array): Element[] {
  const list: Element[] = [];
  for (let at = 4; at < bson.length - 1; ) {
    const end = bson.indexOf(0, at + 1);
    const type = bson[at] as number;
    const stop = end + 1 + valueLength(type, bson, end + 1);
    list.push({ name: decoder.decode(bson.subarray(at + 1, end)), type, whole: bson.subarray(at, stop), value: bson.subarray(end + 1, stop) });
    at = stop;
  }
  return list;
}

/** Canonical Extended JSON of one value. */
function shown(element: Element): string {
  const document = new Uint8Array(4 + 2 + element.value.length + 1);
  new DataView(document.buffer).setInt32(0, document.length, true);
  document[4] = element.type;
  document.set(element.value, 6);
  try {
    // `{"":VALUE}`
    return toExtendedJson(document).replace(/^\{\s*"":\s*/, "").replace(/\}$/, "");
  } catch {
    return `BSON type ${element.type}`;
  }
}
