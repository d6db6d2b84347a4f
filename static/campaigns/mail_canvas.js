// The canvas of the mail editor: GrapesJS with MJML, in panels of our own.
import { h } from "../rules/dom.js";
import { fromCanvas, toCanvas } from "./mjml_bridge.js";

const script = (address) => new Promise((done, failed) => {
  document.head.append(h("script", { src: address, charset: "utf-8", onload: done, onerror: failed }));
});

/** Styles of the frame that the mail is drawn in. */
const FRAME = `body { background: #fff; } .wm-kept { padding: 6px 10px; border: 1px dashed #9ca3af; border-radius: 6px; background: repeating-linear-gradient(45deg, #f3f4f6 0 6px, #fff 6px 12px); color: #4b5563; font: 12px/1.4 ui-monospace, monospace; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }`;

const BLOCKS = ["mj-1-column", "mj-2-columns", "mj-3-columns", "mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-social-group", "mj-hero", "mj-wrapper"];

/** The plugin draws its own defaults over those of the mail's head; MJML knows the same ones. */
function plain(editor) {
  for (const name of ["mj-text", "mj-button", "mj-image", "mj-divider", "mj-section", "mj-spacer", "mj-social"]) {
    editor.DomComponents.addType(name, { model: { defaults: { "style-default": {} } } });
  }
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
    canvas: { frameStyle: FRAME },
    plugins: [(each) => window["grapesjs-mjml"].default(each, { mjmlParser: withHead, fonts: {}, imagePlaceholderSrc: "", useCustomTheme: false, overwriteExport: false, blocks: BLOCKS }), plain],
  });
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
      const next = toCanvas(source, (piece) => piece.match(/^<(mj-[a-z]+)/) ? `${piece.match(/mj-[a-z]+/)[0]} · ${words.part}` : piece);
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
