// The right input for what an operator takes. Each is given a value and says the new one; what was not
// changed is never said, so a rule that is only looked at stays as it is.
import { choice, h, icon, input } from "./dom.js";

const number = (text) => (text.trim() === "" || Number.isNaN(Number(text.replace(",", "."))) ? undefined : Number(text.replace(",", ".")));

/** How a number of a field is typed in: money in whole units, shares in percent. */
function scale(field, currency) {
  if (field.format === "money") return { by: 10 ** currency.places, before: currency.symbol };
  if (field.format === "percent") return { by: 100, down: true, after: "%" };
  return { by: 1, after: field.unit };
}
const shown = (value, { by, down }) => (typeof value !== "number" ? value ?? "" : String(Number((down ? value * by : value / by).toFixed(8))));
function typed(text, { by, down }, before) {
  const value = number(text);
  if (value === undefined) return undefined;
  if (shown(before, { by, down }) === text) return before;
  return Number((down ? value / by : value * by).toFixed(8));
}

function amount(label, value, how, say, more = {}) {
  const field = input(label, shown(value, how), (text) => say(typed(text, how, value)), { inputmode: "decimal", size: 7, ...more });
  return h("span", { class: "wmr-amount" }, how.before ? h("i", {}, how.before) : null, field, how.after ? h("i", {}, how.after) : null);
}

/** Several values, each a chip; Enter, a comma or leaving the field ends one. */
export function chips(label, values, parse, say, context, suggestions) {
  const list = Array.isArray(values) ? [...values] : [];
  const box = h("span", { class: "wmr-chips" });
  const field = input(label, "", () => {}, { size: Math.min(30, label.length), list: suggestions, onkeydown: keys, onblur: () => add(field.value) });
  field.addEventListener("paste", (event) => {
    const parts = event.clipboardData.getData("text").split(/[\n\t;]+/).map((part) => part.trim()).filter(Boolean);
    if (parts.length < 2) return;
    event.preventDefault();
    parts.forEach(add);
  });
  field.addEventListener("change", () => add(field.value));
  // Chosen from the list that the browser offers.
  field.addEventListener("input", (event) => { if (event.inputType === "insertReplacementText") add(field.value); });
  function add(text) {
    const value = text.trim() === "" ? undefined : parse(text.trim());
    field.value = "";
    if (value === undefined || list.includes(value)) return;
    list.push(value);
    draw();
    say([...list]);
  }
  function keys(event) {
    if (event.key === "Enter" || (event.key === "," && field.value.trim())) {
      event.preventDefault();
      add(field.value);
    } else if (event.key === "Backspace" && !field.value && list.length) drop(list.length - 1);
  }
  function drop(place) {
    list.splice(place, 1);
    draw();
    field.focus();
    say([...list]);
  }
  function draw() {
    const named = (value) => context.nameOf(value);
    box.replaceChildren(...list.map((value, place) => h("span", { class: "wmr-chip" }, named(value) === "" ? "“”" : named(value),
      h("button", { type: "button", "aria-label": context.texts.remove_value.replace("%s", named(value)), onclick: () => drop(place) }, icon("close")))), field);
  }
  draw();
  return box;
}

function day(label, value, say) {
  const isDay = value === undefined || value === "" || /^\d{4}-\d\d-\d\d$/.test(value);
  return input(label, value ?? "", (text) => say(text === "" ? undefined : text), { type: isDay ? "date" : "text", size: 22 });
}

/** `context`: { field, currency, texts, periods, offers: Promise of [value, label] pairs, nameOf }. */
export function editor(takes, value, say, context) {
  const { texts, field } = context;
  const how = scale(field, context.currency);
  const pair = Array.isArray(value) ? [...value] : [];
  const half = (place, part) => { pair[place] = part; say(pair.length === 2 && pair[0] !== undefined && pair[1] !== undefined ? [...pair] : undefined); };
  switch (takes) {
    case "": return null;
    case "number": return amount(texts.value, value, how, say);
    case "numbers": return chips(texts.values, value, (text) => typed(text, how), say, { ...context, nameOf: (one) => (typeof one === "number" ? shown(one, how) : String(one)) });
    case "two numbers": return h("span", { class: "wmr-two" }, amount(texts.from, pair[0], how, (part) => half(0, part)), texts.and, amount(texts.to, pair[1], how, (part) => half(1, part)));
    case "percent": return amount(texts.percent, value, { by: 1 }, say);
    case "days":
    case "whole days": return amount(texts.days, value, { by: 1 }, say);
    case "date": return day(texts.date, value, say);
    case "two dates": return h("span", { class: "wmr-two" }, day(texts.from, pair[0], (part) => half(0, part)), texts.and, day(texts.to, pair[1], (part) => half(1, part)));
    case "period": return choice(texts.when, value ?? "", [["", "…"], ...context.periods.map((one) => [one.value, one.label])], (text) => say(text || undefined));
    case "pattern": return input(texts.pattern, value ?? "", (text) => say(text || undefined));
    default: return offered(takes === "texts", value, say, context);
  }
}

/** Texts: by choosing among the values there are, where the server knows them, or by typing. */
function offered(several, value, say, context) {
  const { texts } = context;
  if (!context.field.offers) {
    return several ? chips(texts.values, value, (text) => text, say, context) : input(texts.value, value ?? "", (text) => say(text));
  }
  const holder = h("span", { class: "wmr-offered" });
  const draw = (pairs) => {
    const names = new Map(pairs);
    const values = new Map(pairs.map(([key, label]) => [label, key]));
    const nameOf = (one) => names.get(one) ?? String(one);
    const list = h("datalist", { id: `wmr-values-${Math.random().toString(36).slice(2)}` }, pairs.map(([, label]) => h("option", { value: label })));
    const parse = (text) => values.get(text) ?? text;
    const field = several
      ? chips(texts.values, value, parse, say, { ...context, nameOf }, list.id)
      : input(texts.value, value === undefined ? "" : nameOf(value), (text) => say(text === nameOf(value) ? value : parse(text)), { list: list.id });
    holder.replaceChildren(field, list);
  };
  draw([]);
  context.offers(context.field).then((pairs) => { if (pairs.length && !holder.contains(document.activeElement)) draw(pairs); });
  return holder;
}
