// What customers did or did not do: how often, when, with which properties, and what came after.
import { button, choice, h, icon, input } from "./dom.js";
import { chips, editor } from "./values.js";
import { kindOf, same } from "./leaves.js";

const COUNTS = ["times", "at_most", "exactly"];
const MOST_THEN = 3;
const whole = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : undefined);
const number = (text) => (text.trim() === "" || Number.isNaN(Number(text.replace(",", "."))) ? undefined : Number(text.replace(",", ".")));

/** Set or drop a key; says whether anything changed. */
function put(object, key, value) {
  if (same(object[key], value)) return false;
  if (value === undefined) delete object[key];
  else object[key] = value;
  return true;
}

export function deed(node, api) {
  const { texts } = api.catalogue;
  const told = node.rule.did;
  const isNot = node.nots % 2 === 1;
  const set = (key, value) => { if (put(told, key, value)) api.changed(); };
  return h("div", { class: "wmr-deed" },
    h("div", { class: "wmr-line" },
      choice(texts.what_they_did, isNot ? "not" : "did", [["did", texts.did], ["not", texts.did_not]], (value) => {
        if ((value === "not") === isNot) return;
        node.nots += value === "not" ? 1 : -1;
        api.redraw(node);
      }),
      kinds(told, api, node.fresh), ...often(told, set, api, texts)),
    h("div", { class: "wmr-line" }, ...when(told, api, texts, node)),
    more(told, api, 0));
}

function kinds(told, api, focus) {
  const { kinds: known, texts } = api.catalogue;
  const names = new Map(known.map((one) => [one.value, one.done]));
  const values = new Map(known.map((one) => [one.done, one.value]));
  const list = h("datalist", { id: `wmr-kinds-${Math.random().toString(36).slice(2)}` }, known.map((one) => h("option", { value: one.done })));
  const isOne = !Array.isArray(told.touchpoint);
  const now = isOne ? [told.touchpoint].filter(Boolean) : told.touchpoint;
  const box = chips(texts.kind, now, (text) => values.get(text) ?? text.replace(/\s+/g, "."), (chosen) => {
    told.touchpoint = isOne && chosen.length <= 1 ? chosen[0] ?? "" : chosen;
    api.changed();
  }, { texts, nameOf: (one) => names.get(one) ?? one }, list.id);
  if (focus) queueMicrotask(() => box.querySelector("input").focus());
  return h("span", { class: "wmr-kinds" }, box, list);
}

function often(told, set, api, texts) {
  const key = COUNTS.find((one) => one in told) ?? "times";
  const labels = { times: texts.at_least, at_most: texts.at_most, exactly: texts.exactly };
  const count = told[key] ?? 1;
  return [
    choice(texts.how_often, key, COUNTS.map((one) => [one, labels[one]]), (value) => {
      if (value === key) return;
      delete told[key];
      told[value] = count;
      api.redraw();
    }),
    h("span", { class: "wmr-amount" }, input(texts.times, count, (text) => {
      if (whole(text) === count && !(key in told)) return;
      set(key, text.trim() === "" ? undefined : whole(text) ?? text);
    }, { inputmode: "numeric", size: 3 }), h("i", {}, texts.times)),
  ];
}

function when(told, api, texts, node) {
  const mode = "within" in told ? ("until" in told ? "between" : "in_last") : "until" in told ? "before_last" : "any";
  const days = (key, label) => input(label, told[key] ?? "", (text) => { if (put(told, key, number(text) ?? text)) api.changed(); }, { inputmode: "decimal", size: 4 });
  const modes = [["any", texts.any_time], ["in_last", texts.in_last], ["before_last", texts.before_last], ["between", texts.between_days]];
  const parts = {
    any: [],
    in_last: [days("within", texts.days), texts.days],
    before_last: [days("until", texts.days), texts.days_ago],
    between: [days("until", texts.from), texts.and, days("within", texts.to), texts.days_ago],
  };
  return [choice(texts.when, mode, modes, (value) => {
    if (value === mode) return;
    const [within, until] = [told.within ?? 30, told.until ?? 7];
    put(told, "within", value === "in_last" || value === "between" ? within : undefined);
    put(told, "until", value === "before_last" || value === "between" ? Math.min(until, value === "between" ? within / 2 : until) : undefined);
    api.redraw(node);
  }), ...parts[mode]];
}

/** The properties, what came after, and the buttons that add them. */
function more(told, api, depth) {
  const { texts } = api.catalogue;
  const rows = Object.keys(told.where || {}).map((key) => clause(told, key, api));
  const add = [];
  if (!("then" in told) && depth < MOST_THEN) {
    add.push(h("button", { type: "button", class: "wmr-link", onclick: () => { told.then = { touchpoint: "" }; api.redraw(); } }, icon("add"), texts.add_then));
  }
  add.unshift(h("button", { type: "button", class: "wmr-link", onclick: () => { told.where = { ...told.where, "": "" }; api.redraw(); } }, icon("add"), texts.add_where));
  return h("div", { class: "wmr-more" }, rows, h("div", { class: "wmr-line" }, add), told.then ? after(told, api, depth + 1) : null);
}

/** One property: its name, how it is compared and with what. */
export function clause(told, key, api) {
  const { texts, operators } = api.catalogue;
  const wanted = told.where[key];
  const isPlain = wanted === null || typeof wanted !== "object";
  const kind = isPlain ? "" : wanted.as ?? kindOf(wanted.op, wanted.value);
  const now = isPlain ? "plain" : `${kind}:${wanted.op}`;
  const known = isPlain ? null : (operators[kind] || []).find((one) => one.op === wanted.op);
  const rename = (text) => {
    if (text === key || text in told.where) return;
    told.where = Object.fromEntries(Object.entries(told.where).map(([one, value]) => [one === key ? text : one, value]));
    key = text;
    api.changed();
  };
  const select = h("select", { class: "wmr-input", "aria-label": texts.operator, onchange: () => {
    if (select.value === now) return;
    const [as, op] = select.value.split(":");
    told.where[key] = op ? { op, as } : "";
    api.redraw();
  } }, h("option", { value: "plain" }, operators.text[0].label),
  Object.entries(operators).map(([type, list]) => h("optgroup", { label: texts[`as_${type}`] }, list.map((one) => h("option", { value: `${type}:${one.op}` }, one.label)))));
  select.value = now;
  const say = (value) => { if (put(wanted, "value", value)) api.changed(); };
  const value = isPlain
    ? input(texts.value, wanted ?? "", (text) => { if (text !== String(told.where[key] ?? "")) { told.where[key] = text; api.changed(); } })
    : editor(known ? known.takes : "text", wanted.value, say, api.context({ path: key }));
  return h("div", { class: "wmr-line wmr-where" }, h("em", {}, texts.where), input(texts.key, key, rename, { size: 12 }), select, value,
    button(texts.remove, "close", () => {
      delete told.where[key];
      if (!Object.keys(told.where).length) delete told.where;
      api.redraw();
    }));
}

function after(told, api, depth) {
  const { texts } = api.catalogue;
  const then = told.then;
  const isNot = Boolean(then.not);
  const set = (key, value) => { if (put(then, key, value)) api.changed(); };
  return h("div", { class: "wmr-then" },
    h("div", { class: "wmr-line" },
      choice(texts.what_they_did, isNot ? "not" : "did", [["did", texts.then_did], ["not", texts.then_did_not]], (value) => {
        if ((value === "not") !== isNot) set("not", value === "not" ? true : undefined);
      }),
      kinds(then, api, then.touchpoint === ""),
      h("span", { class: "wmr-amount" }, h("i", {}, texts.within), input(texts.days, then.within ?? "", (text) => set("within", text.trim() === "" ? undefined : number(text) ?? text), { inputmode: "decimal", size: 4 }), h("i", {}, texts.days)),
      h("span", { class: "wmr-amount" }, h("i", {}, texts.same), input(texts.same_hint, (then.same || []).join(", "), (text) => {
        if (text === (then.same || []).join(", ")) return;
        const keys = text.split(",").map((one) => one.trim()).filter(Boolean);
        set("same", keys.length ? keys : undefined);
      }, { size: 12 })),
      button(texts.remove, "close", () => { delete told.then; api.redraw(); })),
    more(then, api, depth));
}
