/** The fields of a JSON object, their values as the text that stands there. @throws SyntaxError where it is none */
export function fields(text: string): [name: string, value: string][] {
  // Whatever is wrong with the text, this says it.
  const checked: unknown = JSON.parse(text);
  if (typeof checked !== "object" || checked === null || Array.isArray(checked)) throw new SyntaxError("expected a JSON object");
  const list: [string, string][] = [];
  const start = text.indexOf("{") + 1;
  let name: string | undefined;
  eachPart(text, start, "}", (part, separator) => {
    if (separator === ":") name = JSON.parse(part) as string;
    else if (name !== undefined) {
      list.push([name, part]);
      name = undefined;
    }
  });
  return list;
}

/** The elements of a JSON array, as the text that stands there. @throws SyntaxError where it is none */
export function elements(text: string): string[] {
  if (!Array.isArray(JSON.parse(text))) throw new SyntaxError("expected a JSON array");
  const list: string[] = [];
  eachPart(text, text.indexOf("[") + 1, "]", (part) => {
    if (part !== "") list.push(part);
  });
  return list;
}

/** Texts between the commas and colons of one level. The text is well-formed. */
function eachPart(text: string, start: number, close: string, part: (text: string, separator: string) => void): void {
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') at = endOfString(text, at);
    else if (character === "{" || character === "[") depth++;
    else if (depth === 0 && (character === "," || character === ":" || character === close)) {
      part(text.slice(from, at).trim(), character);
      if (character === close) return;
      from = at + 1;
    } else if (character === "}" || character === "]") depth--;
  }
}

function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end;
  }
}
