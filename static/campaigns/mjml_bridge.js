// MJML on its way to the canvas and back. What the canvas cannot draw (Liquid between tags, tables
// that Liquid repeats, comments, raw parts) travels as a numbered box and comes back letter by
// letter; Liquid in a text travels as a chip that carries it; the head stays here. Pure: no page,
// no network.
import { LIQUID } from "./liquid_words.js";

const HIDDEN = /\ue000(\d+)\ue001/g;
const TOKEN = /<!--[^]*?-->|<\/?[a-zA-Z][\w:-]*(?:"[^"]*"|'[^']*'|[^<>"'])*>|\ue000\d+\ue001|[^<\ue000]+/g;
const HEAD = /<mj-head\b[^]*?<\/mj-head\s*>|<mj-head\s*\/>/;
const BOX = /<mj-raw\b[^>]*\bdata-kept="(\d+)"[^>]*>[^]*?<\/mj-raw>/g;
const CHIP = /<span\b[^>]*\bdata-liquid="([^"]*)"[^>]*>[^]*?<\/span>/g;
const CARRIED = /\ue002(\d+)\ue003/g;
const STRUCTURE = new Set(["mjml", "mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero", "mj-social", "mj-navbar"]);
const WHOLE = new Set(["mj-table", "mj-accordion", "mj-carousel", "mj-raw"]);
const LISTS = new Set(["mj-social", "mj-navbar"]);
const VOID = new Set(["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"]);

const nameOf = (tag) => tag.match(/^<\/?([\w:-]+)/)[1].toLowerCase();
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const unescaped = (text) => text.replaceAll("&nbsp;", " ").replaceAll("\u00a0", " ").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** Words that stand for Liquid in a text of the canvas, and carry it. */
export const chip = (liquid, words) => `<span data-liquid="${encodeURIComponent(liquid)}" contenteditable="false">${escaped(words)}</span>`;

function hide(source) {
  const pieces = [];
  const text = source.replace(/[\ue000\ue001]/g, "").replace(LIQUID, (piece) => `\ue000${pieces.push(piece) - 1}\ue001`);
  return { text, show: (part, as = (piece) => piece) => part.replace(HIDDEN, (_all, n) => as(pieces[n])) };
}

/** The tokens of a text; null where something is left that is none. */
function tokens(text) {
  const found = text.match(TOKEN) || [];
  return found.join("") === text ? found : null;
}

/** Where the element that begins at a token ends; -1 where it does not. */
function endOf(all, at) {
  const name = nameOf(all[at]);
  if (all[at].endsWith("/>")) return at;
  for (let n = at + 1, depth = 1; n < all.length; n += 1) {
    if (all[n][0] !== "<" || all[n].startsWith("<!--") || nameOf(all[n]) !== name) continue;
    if (!all[n].endsWith("/>")) depth += all[n][1] === "/" ? -1 : 1;
    if (!depth) return n;
  }
  return -1;
}

function isKept(name, inner) {
  const holdsLiquid = inner.includes("\ue000");
  return WHOLE.has(name) || (holdsLiquid && (LISTS.has(name) || (!STRUCTURE.has(name) && /<table\b/i.test(inner))));
}

/** What the canvas is given, and what brings its answer back; null for MJML that has a fault.
 *  `label` names a box, `word` what a piece of Liquid in a text says. */
export function toCanvas(source, label = (piece) => piece, word = (piece) => piece) {
  const { text, show } = hide(source.replace(/[\ue002\ue003]/g, ""));
  const head = text.match(HEAD)?.[0] || "";
  const all = tokens(text.replace(head, ""));
  if (!all) return null;
  const kept = [], open = [], out = [];
  const box = (piece) => {
    const words = escaped(label(show(piece).replace(/\s+/g, " ").trim()).slice(0, 80));
    out.push(`<mj-raw data-kept="${kept.push(show(piece)) - 1}"><div class="wm-kept">${words}</div></mj-raw>`);
  };
  for (let n = 0; n < all.length; n += 1) {
    const token = all[n], isTag = token[0] === "<" && !token.startsWith("<!--");
    const isStructure = !open.length || STRUCTURE.has(open.at(-1));
    if (!isTag) {
      if (!isStructure) out.push(show(token, (piece) => (token[0] === "<" ? escaped(piece) : chip(piece, word(piece)))));
      else if (token.trim() && !open.length) return null;
      else if (token.trim()) box(token);
      continue;
    }
    const name = nameOf(token);
    if (token[1] === "/") {
      if (open.pop() !== name) return null;
      out.push(token);
      continue;
    }
    const end = name.startsWith("mj") ? endOf(all, n) : n;
    if (end < 0) return null;
    const inner = all.slice(n + 1, end).join("");
    if (isKept(name, inner)) { box(all.slice(n, end + 1).join("")); n = end; continue; }
    const tag = show(token, escaped).replace(/\s*\/>$/, ">");
    out.push(tag);
    if (token.endsWith("/>") && !VOID.has(name)) out.push(`</${name}>`);
    else if (!VOID.has(name)) open.push(name);
  }
  return open.length ? null : { mjml: out.join(""), head: show(head), kept };
}

/** The source for what the canvas holds now. */
export function fromCanvas(mjml, { head, kept }) {
  const chips = [];
  const own = mjml.replace(HEAD, "").replace(BOX, (_all, n) => `<mj-kept n="${n}"/>`)
    .replace(CHIP, (_all, liquid) => `\ue002${chips.push(decodeURIComponent(liquid)) - 1}\ue003`);
  const { text, show } = hide(own.replace(LIQUID, unescaped));
  const lines = [];
  let depth = 0, inside = 0;
  for (const token of tokens(text) || [text]) {
    const isTag = token[0] === "<" && !token.startsWith("<!--"), name = isTag ? nameOf(token) : "";
    const isEnd = isTag && token[1] === "/";
    if (isEnd) depth -= 1;
    if (!inside && name.startsWith("mj")) {
      const piece = name === "mj-kept" ? kept[token.match(/\d+/)[0]] : show(token);
      lines.push("  ".repeat(depth) + piece);
      if (name === "mjml" && !isEnd && head) lines.push(`  ${head}`);
      if (!STRUCTURE.has(name) && name !== "mj-kept") inside = depth + 1;
    } else if (inside || token.trim()) {
      lines[lines.length - 1] += show(token);
      if (isEnd && depth < inside) inside = 0;
    }
    if (isTag && !isEnd && !token.endsWith("/>") && !VOID.has(name)) depth += 1;
  }
  return `${lines.join("\n")}\n`.replace(CARRIED, (_all, n) => chips[n]);
}
