// One condition: what it is about, how it compares, and with what.
import { choice, h } from "./dom.js";
import { deed } from "./deed.js";
import { picker } from "./picker.js";
import { editor } from "./values.js";

const LIST_OPS = ["has", "has_any", "has_all", "has_none", "is_empty", "is_not_empty"];

/** The type that a comparison means when it does not say. */
export function kindOf(op, value) {
  const first = Array.isArray(value) && value.length ? value[0] : value;
  if (LIST_OPS.includes(op)) return "list";
  if (typeof first === "boolean" || op === "is_true" || op === "is_false") return "boolean";
  if (typeof first === "number") return String(op).includes("days") ? "date" : "number";
  return "text";
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function fieldOf(catalogue, path) {
  const exact = catalogue.fields.find((field) => field.path === path && !field.open);
  if (exact) return exact;
  const family = catalogue.families.find((one) => path.startsWith(one.prefix) && path.length > one.prefix.length);
  return family ? { ...family, path, about: "", label: `${family.label}: ${path.slice(family.prefix.length)}` } : null;
}

const typeOf = (field, rule) => (field.type === "json" ? rule.as ?? kindOf(rule.op, rule.value) : field.type);
const operatorOf = (catalogue, field, rule) => (catalogue.operators[typeOf(field, rule)] || []).find((one) => one.op === rule.op);

/** Whether enough is said to ask the server about it. */
export function isFinished(node, catalogue) {
  const { rule } = node;
  if (rule === null || typeof rule !== "object") return true; // let the server say what is wrong
  if (rule.pick) return false;
  if ("did" in rule) return hasKinds(rule.did);
  if ("segment" in rule) return rule.segment !== "";
  if (!("field" in rule)) return true;
  const field = fieldOf(catalogue, String(rule.field));
  const operator = field && operatorOf(catalogue, field, rule);
  if (!operator || !operator.takes) return Boolean(operator) || rule.field !== "";
  return rule.value !== undefined && !(Array.isArray(rule.value) && !rule.value.length);
}

const hasKinds = (told) => Boolean(told && told.touchpoint && told.touchpoint.length && (!told.then || hasKinds(told.then)));

/** The inputs of a condition. `api`: { catalogue, changed, redraw, context }. */
export function condition(node, api) {
  const { rule } = node;
  const { texts } = api.catalogue;
  if (rule && typeof rule === "object") {
    if (rule.pick) return [subject(node, api, true)];
    if (rule.did && typeof rule.did === "object") return [deed(node, api)];
    if (typeof rule.segment === "string") return segment(node, api);
    if (typeof rule.field === "string" && (fieldOf(api.catalogue, rule.field) || api.catalogue.families.some((one) => one.prefix === rule.field))) return comparison(node, api);
  }
  return [h("span", { class: "wmr-raw" }, texts.unknown, h("code", {}, JSON.stringify(rule)))];
}

/** What a condition can be about: everything, by search. */
function subject(node, api, open = false) {
  const { catalogue } = api;
  const { texts } = catalogue;
  const themes = new Map(catalogue.themes.map((theme) => [theme.key, theme.label]));
  const order = [...themes.keys()];
  const fields = [...catalogue.fields].sort((one, other) => order.indexOf(one.theme) - order.indexOf(other.theme));
  const options = [
    { value: "did", label: texts.did_something, about: texts.did_about, theme: "" },
    { value: "segment", label: texts.in_segment, about: texts.segment_about, theme: "" },
    ...fields.map((field) => ({ value: field.path, label: field.label, theme: themes.get(field.theme), about: [field.about, field.unit].filter(Boolean).join(" · ") })),
  ];
  const now = node.rule.field !== undefined ? fieldOf(catalogue, node.rule.field) : null;
  return picker({
    label: now ? now.label : "", title: texts.choose, options, texts, open,
    chosen: (option) => {
      if (option.value === node.rule.field) return;
      node.rule = fresh(catalogue, option.value);
      node.fresh = true;
      api.redraw(node);
    },
  });
}

/** A new condition about something, as far as it can be guessed. */
function fresh(catalogue, path) {
  if (path === "did") return { did: { touchpoint: "" } };
  if (path === "segment") return { segment: "" };
  const field = catalogue.fields.find((one) => one.path === path);
  const type = field.type === "json" ? "text" : field.type;
  const usual = { number: ">=", date: field.path === "customer.created_at" ? "less_than_days_ago" : "more_than_days_ago" };
  const op = usual[type] ?? catalogue.operators[type][0].op;
  return field.type === "json" ? { field: path, as: type, op } : { field: path, op };
}

function segment(node, api) {
  const { texts, segments } = api.catalogue;
  const isNot = node.nots % 2 === 1;
  const named = segments.find((one) => one.key === node.rule.segment);
  return [
    choice(texts.operator, isNot ? "not" : "in", [["in", texts.is_in], ["not", texts.is_not_in]], (value) => {
      if ((value === "not") === isNot) return;
      node.nots += value === "not" ? 1 : -1;
      api.redraw(node);
    }),
    picker({
      label: named ? named.name : node.rule.segment, title: texts.segment, texts, open: node.fresh,
      options: segments.filter((one) => one.key !== api.of).map((one) => ({ value: one.key, label: one.name })),
      chosen: (option) => { node.rule = { segment: option.value }; api.redraw(node); },
    }),
  ];
}

function comparison(node, api) {
  const { rule } = node;
  const { catalogue } = api;
  const { texts } = catalogue;
  const field = fieldOf(catalogue, rule.field) || { ...catalogue.families.find((one) => one.prefix === rule.field), path: rule.field };
  const type = typeOf(field, rule);
  const operators = catalogue.operators[type] || [];
  const operator = operators.find((one) => one.op === rule.op);
  const isOpen = catalogue.families.some((one) => one.prefix === rule.field || (one.open && rule.field.startsWith(one.prefix) && !catalogue.fields.some((known) => known.path === rule.field && !known.open)));
  const parts = [subject(node, api)];
  if (isOpen) parts.push(name(node, api, catalogue.families.find((one) => rule.field.startsWith(one.prefix)).prefix));
  if (field.type === "json") {
    parts.push(choice(texts.type, type, ["text", "number", "boolean", "date", "list"].map((one) => [one, texts[`as_${one}`]]), (as) => {
      if (as === type) return;
      node.rule = { field: rule.field, as, op: catalogue.operators[as][0].op };
      api.redraw(node);
    }));
  }
  parts.push(choice(texts.operator, rule.op, operators.map((one) => [one.op, one.label]), (op) => {
    if (op === rule.op) return;
    const next = operators.find((one) => one.op === op);
    if (!operator || operator.takes !== next.takes) delete rule.value;
    if (!next.zone) delete rule.zone;
    rule.op = op;
    api.redraw(node);
  }));
  const say = (value) => {
    if (same(rule.value, value)) return;
    if (value === undefined) delete rule.value;
    else rule.value = value;
    api.changed();
  };
  const value = operator ? editor(operator.takes, rule.value, say, api.context(field)) : null;
  if (value) parts.push(value);
  if (operator && operator.zone) {
    parts.push(choice(texts.when, rule.zone ?? "shop", [["shop", texts.zone_shop], ["customer", texts.zone_customer]], (zone) => {
      if (zone === (rule.zone ?? "shop")) return;
      if (zone === "shop") delete rule.zone;
      else rule.zone = zone;
      api.changed();
    }));
  }
  if (node.fresh && value) queueMicrotask(() => value.querySelector?.("input, select")?.focus() ?? value.focus?.());
  return parts;
}

/** The name of an attribute that is not in the list. */
function name(node, api, prefix) {
  const field = h("input", { class: "wmr-input", type: "text", size: 14, "aria-label": api.catalogue.texts.name_of_field, placeholder: api.catalogue.texts.name_of_field,
    value: node.rule.field.slice(prefix.length), oninput: () => { node.rule.field = prefix + field.value.trim(); api.changed(); } });
  return field;
}
