// A line with personal fields: what is read and typed in says each in words, as a chip; the input
// behind it keeps the source, letter by letter, until something is changed.
import { h } from "../rules/dom.js";
import { pieces, said } from "./liquid_words.js";

const chip = (liquid, words) => h("span", { class: "wmm-chip", contenteditable: "false", "data-liquid": liquid, title: liquid }, said(liquid, words));

/** The nodes that stand for a source. */
const shown = (source, words) => pieces(source).map((piece) => piece.text ?? chip(piece.liquid, words));

/** The source that nodes stand for, on one line. */
function source(nodes) {
  return [...nodes].map((node) => node.data ?? node.dataset?.liquid ?? source(node.childNodes)).join("");
}

const asHtml = (nodes) => h("div", {}, ...nodes).innerHTML;
const oneLine = (text) => text.replace(/\s*[\r\n]+\s*/g, " ");

/** Put words in front of an input; answers what puts a source where the cursor is. */
export function personal(input, label, words) {
  label.id ||= `${input.id}-label`;
  const line = h("div", { class: "wm-input wmm-line", contenteditable: "true", role: "textbox", "aria-labelledby": label.id, "data-placeholder": input.placeholder, "data-line": input.name });
  let range = null;

  function draw() {
    const now = shown(input.value, words);
    if (line.innerHTML === asHtml(now)) return;
    line.replaceChildren(...now);
    range = null;
  }
  function put(text) {
    const selection = getSelection();
    line.focus();
    if (range) selection.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    else selection.selectAllChildren(line), selection.collapseToEnd();
    document.execCommand("insertHTML", false, asHtml(shown(oneLine(text), words))); // undone by Ctrl+Z as typing is
    const inside = selection.focusNode.parentElement.closest("[data-liquid]");
    if (inside) selection.collapse(inside.parentNode, [...inside.parentNode.childNodes].indexOf(inside) + 1);
  }
  function carry(event) {
    event.preventDefault();
    const selected = getSelection().getRangeAt(0);
    event.clipboardData.setData("text/plain", source(selected.cloneContents().childNodes));
    if (event.type === "cut") document.execCommand("delete");
  }

  line.addEventListener("input", () => {
    input.value = source(line.childNodes);
    if (!input.value) line.replaceChildren();
  });
  line.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  line.addEventListener("paste", (event) => { event.preventDefault(); put(event.clipboardData.getData("text/plain")); });
  line.addEventListener("drop", (event) => event.preventDefault());
  line.addEventListener("copy", carry);
  line.addEventListener("cut", carry);
  line.addEventListener("blur", draw); // Liquid that somebody typed becomes a chip
  document.addEventListener("selectionchange", () => { if (line.contains(getSelection().anchorNode)) range = getSelection().getRangeAt(0).cloneRange(); });
  label.addEventListener("click", () => line.focus());

  input.type = "hidden";
  input.before(line);
  draw();
  return put;
}

/** A button that opens a list of [words, what it stands for]; arrows, Enter and Escape work. */
export function menu(label, items, pick) {
  const show = (isOpen) => {
    list.hidden = !isOpen;
    opener.setAttribute("aria-expanded", isOpen);
    if (isOpen) list.firstElementChild.focus();
  };
  const take = (code) => { show(false); pick(code); };
  const list = h("div", { class: "wmm-menu", role: "menu", hidden: true, "aria-label": label },
    items.map(([words, code]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => take(code) }, words)));
  const opener = h("button", { type: "button", class: "wm-button wmm-opener", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label, onclick: () => show(list.hidden) },
    h("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, "person_add"));
  const box = h("div", { class: "wmm-holder" }, opener, list);
  box.addEventListener("keydown", (event) => {
    const all = [...list.children], at = all.indexOf(document.activeElement);
    const to = { ArrowDown: all[(at + 1) % all.length], ArrowUp: all.at(at - 1), Home: all[0], End: all.at(-1) }[event.key];
    if (event.key === "Escape" && !list.hidden) { show(false); opener.focus(); }
    else if (to) { event.preventDefault(); if (list.hidden) show(true); else to.focus(); }
  });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) show(false); });
  return box;
}
