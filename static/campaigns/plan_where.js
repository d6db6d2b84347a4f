// Conditions on what a touchpoint says, and attributes with their values: rows instead of JSON. What
// is only looked at stays as it is; a row without a name is none yet.
import { clause } from "../rules/deed.js";
import { h, icon } from "../rules/dom.js";

const offers = new Map();
let count = 0;

/** What the server offers for rules: operators, and words for them. */
function catalogue() {
  const holder = document.querySelector("template[data-rule-widget]")?.content.querySelector("[data-rule-builder]");
  const address = `${holder.dataset.offer}?shop=${encodeURIComponent(holder.dataset.shop)}`;
  if (!offers.has(address)) offers.set(address, fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))));
  return offers.get(address);
}

function box(label, ...children) {
  const id = `where-${(count += 1)}`;
  return h("div", { class: "wm-field", role: "group", "aria-labelledby": id }, h("p", { id, class: "wm-label" }, label), ...children);
}

const named = (rows) => Object.fromEntries(Object.entries(rows).filter(([key]) => key.trim()));

/** Rows of name, operator and value, as rules have them; `otherwise` is shown where they cannot be had. */
export function where(field, value, changed, otherwise) {
  const rows = h("div", {}), told = { where: structuredClone(value || {}) };
  const place = box(field.label, rows);
  catalogue().then((known) => {
    const { texts } = known;
    const say = () => { const said = named(told.where || {}); changed(Object.keys(said).length ? said : undefined); };
    const api = {
      catalogue: known, changed: say, redraw: () => { say(); draw(); },
      context: (of) => ({ field: of, currency: known.currency, periods: known.periods, texts, nameOf: String, offers: () => Promise.resolve([]) }),
    };
    const draw = () => rows.replaceChildren(...Object.keys(told.where || {}).map((key) => clause(told, key, api)),
      h("button", { type: "button", class: "wmr-link", onclick: () => { told.where = { ...told.where, "": "" }; draw(); [...rows.querySelectorAll(".wmr-where")].at(-1).querySelector("input").focus(); } }, icon("add"), texts.add_where));
    draw();
  }, () => place.replaceWith(otherwise()));
  return place;
}

const kindOf = (value) => (typeof value === "boolean" ? "check" : typeof value === "number" ? "number" : "text");
const EMPTY = { text: "", number: 0, check: true };

/** Rows of a name and a value that is a text, a number, or yes or no. */
export function values(field, value, changed, words) {
  const list = Object.entries(value || {}), rows = h("div", {});
  const say = () => changed(named(Object.fromEntries(list)));
  function row(entry) {
    const [key, now] = entry, kind = kindOf(now);
    const name = h("input", { class: "wm-input", "aria-label": words.name, placeholder: words.name, value: key, maxlength: 60, onchange: () => { entry[0] = name.value.trim(); say(); } });
    const type = h("select", { class: "wm-select", "aria-label": words.kind, onchange: () => { entry[1] = EMPTY[type.value]; say(); draw(); } },
      ["text", "number", "check"].map((each) => h("option", { value: each, selected: each === kind }, words[each])));
    const told = kind === "check"
      ? h("select", { class: "wm-select", "aria-label": words.value, onchange: () => { entry[1] = told.value === "yes"; say(); } }, ["yes", "no"].map((each) => h("option", { value: each, selected: (each === "yes") === now }, words[each])))
      : h("input", { class: "wm-input", "aria-label": words.value, placeholder: words.value, type: kind, step: "any", value: String(now), onchange: () => {
        entry[1] = kind === "number" ? Number(told.value) : told.value;
        say();
      } });
    const drop = h("button", { type: "button", class: "wm-button", "aria-label": words.drop, title: words.drop, onclick: () => { list.splice(list.indexOf(entry), 1); say(); draw(); } }, "×");
    return h("div", { class: "wm-value" }, name, type, told, drop);
  }
  const draw = () => rows.replaceChildren(...list.map(row), h("button", { type: "button", class: "wmr-link", onclick: () => {
    list.push(["", ""]);
    draw();
    [...rows.querySelectorAll(".wm-value")].at(-1).querySelector("input").focus();
  } }, icon("add"), words.addValue));
  draw();
  return box(field.label, rows);
}
