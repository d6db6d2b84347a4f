// The canvas of the mail editor: GrapesJS with MJML, in panels of our own.
import { h } from "../rules/dom.js";
import { said } from "./liquid_words.js";
import { chip, fromCanvas, toCanvas } from "./mjml_bridge.js";

const script = (address) => new Promise((done, failed) => {
  document.head.append(h("script", { src: address, charset: "utf-8", onload: done, onerror: failed }));
});

/** Styles of the frame that the mail is drawn in. */
const FRAME = `body { background: #fff; } .wm-kept { padding: 6px 10px; border: 1px dashed #9ca3af; border-radius: 6px; background: repeating-linear-gradient(45deg, #f3f4f6 0 6px, #fff 6px 12px); color: #4b5563; font: 12px/1.4 system-ui, sans-serif; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } [data-liquid] { padding: .1em .55em; border-radius: 1em; background: #e0e7ff; color: #3730a3; font: 550 .82em/1.4 system-ui, sans-serif; letter-spacing: normal; text-transform: none; white-space: nowrap; cursor: default; }`;

const BLOCKS = ["mj-1-column", "mj-2-columns", "mj-3-columns", "mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-social-group", "mj-hero", "mj-wrapper"];

/** The plugin draws its own defaults over those of the mail's head; MJML knows the same ones. */
function plain(editor) {
  for (const name of ["mj-text", "mj-button", "mj-image", "mj-divider", "mj-section", "mj-spacer", "mj-social"]) {
    editor.DomComponents.addType(name, { model: { defaults: { "style-default": {} } } });
  }
}

/** A chip is no part that one chooses, styles or writes in. */
function chips(editor) {
  const off = { draggable: false, droppable: false, selectable: false, hoverable: false, editable: false, highlightable: false, layerable: false, copyable: false };
  editor.DomComponents.addType("wm-chip", {
    isComponent: (element) => Boolean(element.getAttribute?.("data-liquid")),
    model: { defaults: { ...off, tagName: "span" } },
    view: { onRender({ el }) { el.contentEditable = "false"; } },
  });
}

/** In the bar above a text that is being written: personal fields, by their words. */
function fields(editor, words) {
  const options = words.liquid.line.map(([label, liquid]) => h("option", { value: liquid }, label));
  const icon = h("select", { class: "wmm-fields", "aria-label": words.insert, title: words.insert }, h("option", { value: "" }, words.insert), options).outerHTML;
  editor.RichTextEditor.add("personal", {
    icon, event: "change",
    result: (rte, { btn }) => {
      const liquid = btn.firstElementChild.value;
      btn.firstElementChild.value = "";
      if (liquid) rte.insertHTML(chip(liquid, said(liquid, words.liquid)));
      rte.doc.getSelection().collapseToEnd();
      rte.el.focus();
    },
  });
}

/** What stands in the box of a part that the canvas leaves alone. */
function boxed(piece, words) {
  if (piece.startsWith("<!--")) return words.liquid.phrases.note.replace("%s", () => piece.slice(4, -3).trim());
  if (piece[0] !== "<") return said(piece, words.liquid);
  const list = piece.match(/\{%-?\s*for\b[^]*?%\}/)?.[0], [, name] = piece.match(/^<([\w-]+)/);
  return `${list ? said(list, words.liquid) : words.parts[name] || name} · ${words.liquid.phrases.part}`;
}

/** Begin a canvas in an element; `changed` gets the source after each change made in it. */
export async function open(element, words, changed) {
  const { library, plugin, parser } = element.dataset;
  const [{ default: grapesjs }] = await Promise.all([import(library), script(plugin), script(parser)]);
  const blocks = h("div", { class: "wmm-blocks" }), traits = h("div", {}), styles = h("div", {}), frame = h("div", {});
  const tool = (label, icon, onclick) => h("button", { type: "button", class: "wm-button", "aria-label": label, title: label, onclick }, h("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, icon));
  let carried = null, head = "", seen = "";
  const withHead = (mjml, options) => window.mjml(mjml.replace(/<mjml[^>]*>/, (tag) => tag + head), options);
  const bar = h("div", { class: "wmm-tools", role: "toolbar" });
  element.replaceChildren(h("aside", { class: "wmm-side" }, h("h3", {}, words.blocks), blocks), h("div", { class: "wmm-drawing" }, bar, frame),
    h("aside", { class: "wmm-side" }, h("h3", {}, words.settings), traits, styles));
  const editor = grapesjs.init({
    container: frame, height: "100%", width: "auto", storageManager: false, telemetry: false, noticeOnUnload: false, cssIcons: "",
    panels: { defaults: [] }, blockManager: { appendTo: blocks }, traitManager: { appendTo: traits }, styleManager: { appendTo: styles },
    selectorManager: { appendTo: h("div", {}) }, layerManager: { appendTo: h("div", {}) }, assetManager: { upload: false },
    canvas: { frameStyle: FRAME }, i18n: { locale: "own", localeFallback: "en", detectLocale: false, messagesAdd: { own: words.canvas } },
    plugins: [(each) => window["grapesjs-mjml"].default(each, { mjmlParser: withHead, fonts: {}, imagePlaceholderSrc: "", useCustomTheme: false, overwriteExport: false, blocks: BLOCKS }), plain, chips],
  });
  fields(editor, words);
  editor.on("canvas:frame:load", ({ el }) => { el.title = document.getElementById("tab-canvas").textContent; });
  bar.append(tool(words.undo, "undo", () => editor.UndoManager.undo()), tool(words.redo, "redo", () => editor.UndoManager.redo()),
    tool(words.wide, "desktop_windows", () => editor.setDevice("Desktop")), tool(words.phone, "smartphone", () => editor.setDevice("Mobile portrait")));
  editor.on("update", () => {
    // Nothing is written until something was changed here: whoever only looks leaves the source alone.
    const now = carried && editor.getHtml();
    if (!now || now === seen) return;
    seen = now;
    changed(fromCanvas(now, carried));
  });
  return {
    editor,
    /** Show a source; false where it has a fault. */
    load(source) {
      const next = toCanvas(source, (piece) => boxed(piece, words), (piece) => said(piece, words.liquid));
      if (!next) return false;
      carried = null;
      head = next.head.replace(/\{[{%][^]*?[}%]\}/g, "");
      editor.setComponents(next.mjml);
      editor.UndoManager.clear();
      carried = next;
      seen = editor.getHtml();
      return true;
    },
  };
}
