// Turns every [data-rule-builder] into a builder over the textarea inside it, which keeps the rule as
// JSON and is what the form sends. Without this script the textarea is there to be filled in.
import { h } from "./dom.js";
import { isFinished, same } from "./leaves.js";
import { live } from "./live.js";
import * as tree from "./tree.js";
import { view } from "./view.js";

const TOGETHER = 800;
const offers = new Map(); // one answer of the server for all builders of a page
function get(url) {
  if (!offers.has(url)) {
    offers.set(url, fetch(url, { credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }));
  }
  return offers.get(url);
}

const before = new WeakMap(); // the listeners of a builder, which end when it is built for another shop

async function mount(holder) {
  if (holder.dataset.mounted || holder.closest(".empty-form")) return;
  holder.dataset.mounted = "yes";
  const form = holder.closest("form");
  const shopField = form && form.querySelector("[name=shop]");
  const shop = () => (shopField && shopField.value) || holder.dataset.shop || "";
  if (shopField) shopField.addEventListener("change", () => build(holder, form, shop));
  await build(holder, form, shop);
}

async function build(holder, form, shop) {
  const textarea = holder.querySelector("textarea");
  before.get(holder)?.abort();
  before.set(holder, new AbortController());
  const { signal } = before.get(holder);
  holder.prepend(textarea);
  holder.querySelector("[data-built]")?.remove();
  textarea.hidden = false;
  if (!shop()) return;
  const asked = (url, more = "") => get(`${url}?shop=${encodeURIComponent(shop())}${more}`);
  let catalogue;
  try {
    catalogue = await asked(holder.dataset.offer);
  } catch {
    return; // the textarea stays
  }
  if (signal.aborted) return;
  const { texts } = catalogue;
  const place = h("div", { class: "wmr-tree" });
  const spoken = h("p", { class: "wmr-spoken", role: "status", "aria-live": "polite" });
  const fault = h("p", { class: "wmr-alert", role: "alert", hidden: true });
  const tabs = { builder: tab(texts.builder, () => show("builder")), json: tab(texts.json, () => show("json")) };
  const undo = h("button", { type: "button", class: "wmr-tab wmr-undo", disabled: true, onclick: takeBack }, texts.undo);
  const built = h("div", { "data-built": true, class: "wmr-built" },
    h("div", { class: "wmr-tabs" }, tabs.builder, tabs.json, undo), fault, place, spoken);
  const panel = holder.querySelector("[data-live]").content.firstElementChild.cloneNode(true);
  const main = h("div", { class: "wmr-main" }, built, panel);
  main.dataset.built = "yes";
  delete built.dataset.built;
  holder.append(main);

  const past = [];
  let kept = 0;
  let typedIn = null;
  const of = () => (holder.dataset.ownKey && form?.querySelector(`[name=${holder.dataset.ownKey}]`)?.value) || "";
  const ask = { look: holder.dataset.look, people: holder.dataset.people, count: holder.dataset.count, token: form?.querySelector("[name=csrfmiddlewaretoken]")?.value || "", shop, of };
  const api = {
    catalogue, changed, of: of(),
    announce: (text) => { spoken.textContent = ""; requestAnimationFrame(() => { spoken.textContent = text; }); },
    context: (field) => ({ field, currency: catalogue.currency, periods: catalogue.periods, texts, nameOf: (value) => String(value),
      offers: (one) => asked(holder.dataset.values, `&field=${encodeURIComponent(one.path)}`).then((found) => found.values, () => []) }),
  };
  const shown = view(place, api);
  const tell = live(panel, ask, texts, (path, message) => {
    const isShown = shown.flag(path, message);
    fault.hidden = !message || (isShown && !place.hidden);
    fault.textContent = message ? `${path ? `${path}: ` : ""}${message}` : "";
  });
  let mode = "builder";

  function tab(text, onclick) {
    return h("button", { type: "button", class: "wmr-tab", "aria-pressed": "false", onclick }, text);
  }

  const finished = (node) => isFinished(node, catalogue);
  function parsed() {
    const text = textarea.value.trim();
    return text === "" ? null : JSON.parse(text);
  }

  function changed() {
    // What was added and not filled in is no condition yet.
    const rule = tree.write(shown.root, (node) => !(node.rule && node.rule.pick));
    let was;
    try { was = parsed(); } catch { was = undefined; }
    if (!same(was, rule)) {
      keep();
      textarea.value = rule === null ? "" : JSON.stringify(rule, null, 1);
      textarea.dispatchEvent(new Event("change", { bubbles: true }));
    }
    look();
  }

  // The strokes of one word are taken back together.
  function keep() {
    const at = document.activeElement;
    const isSame = at === typedIn && at.matches("input") && Date.now() - kept < TOGETHER;
    if (!isSame) past.push(textarea.value);
    [kept, typedIn] = [Date.now(), at];
    undo.disabled = false;
  }

  function look() {
    const unfinished = [...tree.all(shown.root)].some((node) => !node.children && !finished(node));
    tell(tree.write(shown.root, finished), unfinished);
  }

  function takeBack() {
    if (!past.length) return;
    textarea.value = past.pop();
    undo.disabled = !past.length;
    load();
    api.announce(texts.undo);
  }

  function load() {
    try {
      shown.root = tree.read(parsed());
    } catch (error) {
      fault.textContent = texts.json_fault.replace("%s", error.message);
      fault.hidden = false;
      return false;
    }
    fault.hidden = true;
    look();
    return true;
  }

  function show(wanted) {
    if (wanted === "builder" && !load()) wanted = "json";
    mode = wanted;
    place.hidden = wanted === "json";
    textarea.hidden = wanted !== "json";
    if (wanted === "json") built.insertBefore(textarea, place);
    tabs.builder.setAttribute("aria-pressed", String(wanted === "builder"));
    tabs.json.setAttribute("aria-pressed", String(wanted === "json"));
  }

  textarea.addEventListener("input", () => { if (mode === "json") load(); }, { signal });
  holder.addEventListener("rule:set", (event) => {
    keep();
    textarea.value = JSON.stringify(event.detail, null, 1);
    show("builder");
  }, { signal });
  show("builder");
}

const mountAll = (part) => part.querySelectorAll("[data-rule-builder]").forEach(mount);
document.addEventListener("formset:added", (event) => mountAll(event.target));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => mountAll(document));
else mountAll(document);
