// @ts-check
// A textarea over its own coloured copy.

const TOKEN = /("(?:[^"\\\n]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([{}[\],])/g;

/** JSON as coloured nodes. @param {string} text @returns {DocumentFragment} */
export function coloured(text) {
  const out = document.createDocumentFragment();
  let end = 0;
  const add = (/** @type {string} */ part, /** @type {string} */ kind) => {
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = part;
    out.append(span);
  };
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, colon, word, number, mark] = match;
    out.append(text.slice(end, match.index));
    if (string !== undefined) {
      add(string, colon === undefined ? "string" : string.startsWith('"$') ? "wrapper" : "key");
      if (colon !== undefined) add(colon, "mark");
    } else add(all, word !== undefined ? "word" : number !== undefined ? "number" : mark !== undefined ? "mark" : "");
    end = match.index + all.length;
  }
  out.append(text.slice(end));
  return out;
}

/**
 * @param {HTMLElement} place
 * @param {string} label
 * @param {() => void} changed
 */
export function editor(place, label, changed) {
  const copy = document.createElement("pre");
  copy.setAttribute("aria-hidden", "true");
  const area = document.createElement("textarea");
  area.spellcheck = false;
  area.setAttribute("aria-label", label);
  area.autocapitalize = "off";
  place.append(copy, area);
  // The last line break needs something after it to be a line.
  const colour = () => copy.replaceChildren(coloured(area.value), "\n");
  area.addEventListener("input", () => {
    colour();
    changed();
  });
  return {
    get value() {
      return area.value;
    },
    set value(text) {
      area.value = text;
      place.scrollTo(0, 0);
      colour();
    },
  };
}
