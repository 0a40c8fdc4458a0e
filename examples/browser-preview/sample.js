// @ts-check

/**
 * The first mapping of a Markdown file and its documents; nothing where it has none.
 * @param {string} markdown
 * @returns {{ title: string, mapping: string, document: string }[]}
 */
export function readSample(markdown) {
  const title = /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "");
  const fences = [...markdown.matchAll(/^```json (mapping|document)\n([\s\S]*?)^```$/gm)];
  const texts = (/** @type {string} */ kind) => fences.filter((fence) => fence[1] === kind).map((fence) => (fence[2] ?? "").trim());
  const [mapping] = texts("mapping");
  const document = texts("document").join("\n");
  return title === undefined || mapping === undefined || document === "" ? [] : [{ title, mapping, document }];
}
