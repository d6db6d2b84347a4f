// Liquid as a marketer reads it: "First name" for {{ customer.first_name }}. Pure: no page.

// A name that is said only where it is known is one piece, as people think of it.
const KNOWN = /\{%-?\s*if\s+(?<field>[\w.]+)\s*!=\s*(?:""|'')\s*-?%\}(?<before>[^{}<>]{0,20})\{\{-?\s*\k<field>\s*-?\}\}(?<after>[^{}<>]{0,20})(?:\{%-?\s*else\s*-?%\}(?<other>[^{}<>]{0,60}))?\{%-?\s*endif\s*-?%\}/;
const BLOCK = /\{%-?\s*(?<block>raw|comment)\s*-?%\}[^]*?\{%-?\s*end\k<block>\s*-?%\}/;
export const LIQUID = new RegExp(`${KNOWN.source}|${BLOCK.source}|\\{%[^]*?%\\}|\\{\\{[^]*?\\}\\}`, "g");

const WHOLE_KNOWN = new RegExp(`^${KNOWN.source}$`);
const OUTPUT = /^\{\{-?\s*([^]*?)\s*-?\}\}$/;
const TAG = /^\{%-?\s*(\w+)\s*([^]*?)\s*-?%\}$/;
const PATH = /\b[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+(?:\[\d+\])?)+/g;

/** A text in its pieces: { text } and { liquid }; joined they are the text again. */
export function pieces(source) {
  const found = [];
  let at = 0;
  for (const match of source.matchAll(LIQUID)) {
    if (match.index > at) found.push({ text: source.slice(at, match.index) });
    found.push({ liquid: match[0] });
    at = match.index + match[0].length;
  }
  if (at < source.length) found.push({ text: source.slice(at) });
  return found;
}

function named(path, { names }) {
  return names[path] ?? names[path.replace(/\[\d+\]/g, "[0]")] ?? names[`item.${path.split(".").at(-1)}`] ?? path;
}

const put = (phrase, words) => phrase.replace("%s", () => words);

const instead = (name, other, { phrases }) => (other ? phrases.instead.replace("%(name)s", () => name).replace("%(other)s", () => other) : name);

function condition(said, words) {
  const { phrases } = words;
  const known = said.match(/^([\w.[\]]+)(?:\s*!=\s*(?:""|''|blank|nil|empty))?$/);
  if (known) return put(phrases.known, named(known[1], words));
  const some = said.match(/^([\w.]+)\.size\s*>\s*0$/);
  if (some) return put(phrases.some, named(some[1], words));
  return put(phrases.if, said.replace(PATH, (path) => named(path, words)));
}

function tag(name, said, words) {
  const { phrases } = words;
  if (name === "if" || name === "elsif") return condition(said, words);
  if (name === "unless") return put(phrases.unless, said.replace(PATH, (path) => named(path, words)));
  if (name === "else" || name === "endfor") return phrases[name];
  if (name === "endif" || name === "endunless") return phrases.end;
  const list = name === "for" && said.match(/^\w+\s+in\s+([\w.]+)/);
  return list ? put(phrases.each, named(list[1], words)) : phrases.part;
}

/** What a piece of Liquid says, by the names and phrases that the page brings. */
export function said(piece, words) {
  const known = piece.match(WHOLE_KNOWN);
  if (known) {
    const { field, before, after, other } = known.groups;
    return instead(`${before}${named(field, words)}${after}`.trim(), other?.trim(), words);
  }
  const output = piece.match(OUTPUT);
  if (!output) {
    const found = piece.match(TAG);
    return found ? tag(found[1], found[2], words) : words.phrases.part;
  }
  const [path, ...filters] = output[1].split("|").map((part) => part.trim());
  const other = filters.map((filter) => filter.match(/^default:\s*["'](.+)["']$/)?.[1]).find(Boolean);
  if (!/^[\w.[\]]+$/.test(path)) return words.phrases.part;
  return instead(named(path, words), other, words);
}

/** A text with its Liquid in words. */
export const inWords = (source, words) => pieces(source).map((piece) => piece.text ?? said(piece.liquid, words)).join("");
