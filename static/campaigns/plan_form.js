// Forms for steps, made from the description that the server gives (campaigns/editor_fields.py).
// A form changes only what is changed in it: opening and closing one changes nothing.

import { values, where } from "./plan_where.js";

const make = (tag, fields = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...children);
  return element;
};
let count = 0;

/** A labelled control for one field; calls `changed` with the new value, or undefined for none. */
function control(field, value, changed) {
  const id = `step-field-${(count += 1)}`;
  const fault = make("p", { className: "wm-fault", id: `${id}-fault` });
  let input;
  if (field.type === "select") {
    input = make("select", { className: "wm-select" });
    const options = field.options.some((option) => option.value === (value ?? ""))
      ? field.options : [{ value: value ?? "", label: value ?? "–" }, ...field.options];
    input.append(...options.map((option) => make("option", { value: option.value, textContent: option.label, selected: option.value === (value ?? "") })));
    input.onchange = () => changed(input.value || undefined);
  } else if (field.type === "check") {
    input = make("input", { type: "checkbox", checked: value === true, className: "wm-check" });
    input.onchange = () => changed(input.checked || undefined);
  } else if (field.type === "again") { // a number of days, or a word
    input = make("input", { className: "wm-input", value: value?.after_days ?? value ?? "" });
    input.onchange = () => {
      const told = input.value.trim();
      changed(!told ? undefined : Number.isNaN(Number(told)) ? told : { after_days: Number(told) });
    };
  } else if (field.type === "words") { // one, or several with commas between
    input = make("input", { className: "wm-input", value: [value ?? []].flat().join(", ") });
    input.onchange = () => {
      const several = input.value.split(",").map((each) => each.trim()).filter(Boolean);
      changed(several.length > 1 ? several : several[0]);
    };
  } else if (field.type === "json") {
    input = make("textarea", { className: "wm-input wm-mono", rows: Math.min(18, Math.max(4, JSON.stringify(value ?? "", null, 1).split("\n").length)), spellcheck: false, value: value === undefined ? "" : JSON.stringify(value, null, 1) });
    input.onchange = () => {
      try {
        fault.textContent = "";
        changed(input.value.trim() ? JSON.parse(input.value) : undefined);
      } catch (error) { fault.textContent = error.message; }
    };
  } else {
    input = make("input", { className: "wm-input", type: field.type, value: value ?? "" });
    if (field.type === "number") input.step = "any";
    input.onchange = () => changed(input.value === "" ? undefined : field.type === "number" ? Number(input.value) : input.value);
  }
  input.id = id;
  if (field.help) input.setAttribute("aria-describedby", `${id}-help`);
  return make("div", { className: "wm-field" },
    make("label", { htmlFor: id, textContent: field.label }), input,
    ...(field.help ? [make("p", { className: "wm-help", id: `${id}-help`, textContent: field.help })] : []), fault);
}

/** A rule: the builder that segments have, where the page brings it, else JSON. */
function rule(field, value, changed) {
  const template = document.querySelector("template[data-rule-widget]");
  if (!template) return control({ ...field, type: "json" }, value, changed);
  const holder = template.content.firstElementChild.cloneNode(true);
  const text = holder.querySelector("textarea");
  text.id = `step-field-${(count += 1)}`;
  text.value = value === undefined ? "" : JSON.stringify(value, null, 1);
  text.addEventListener("change", () => {
    try { changed(text.value.trim() ? JSON.parse(text.value) : undefined); } catch { /* said by the builder */ }
  });
  const box = make("details", { className: "wm-way" }, make("summary", { textContent: value === undefined ? `${field.label} …` : field.label }), holder);
  box.addEventListener("toggle", () => box.dispatchEvent(new CustomEvent("formset:added", { bubbles: true })), { once: true });
  box.open = Boolean(field.open);
  return box;
}

/** The control that a kind of field has. */
function pick(field, value, changed) {
  if (field.type === "rule") return rule(field, value, changed);
  if (field.type === "where") return where(field, value, changed, () => control({ ...field, type: "json" }, value, changed));
  if (field.type === "values") return values(field, value, changed, JSON.parse(document.getElementById("plan-words").textContent));
  return control(field, value, changed);
}

/** The controls for the fields of an object; `changed` gets the object with the change. */
function controls(fields, value, changed) {
  return fields.map((field) => pick(field, value?.[field.name], (said) => {
    const next = { ...value };
    if (said === undefined) delete next[field.name];
    else next[field.name] = said;
    value = next;
    changed(next);
  }));
}

/** One of several shapes that a value may have, each with fields of its own. */
function shapes(kind, value, changed) {
  const box = make("div");
  const current = kind.shapes.find((shape) => shape.has.some((key) => key in (value || {}))) || kind.shapes[0];
  const id = `step-field-${(count += 1)}`;
  const pick = make("select", { id, className: "wm-select" },
    ...kind.shapes.map((shape) => make("option", { value: shape.name, textContent: shape.label, selected: shape === current })));
  const inner = make("div");
  const show = (shape, said) => inner.replaceChildren(...controls(shape.fields, said, changed));
  pick.onchange = () => {
    const shape = kind.shapes.find((each) => each.name === pick.value);
    changed(shape.first);
    show(shape, shape.first);
  };
  show(current, value);
  box.append(make("div", { className: "wm-field" }, make("label", { htmlFor: id, textContent: kind.label }), pick), inner);
  return [box];
}

/** The ways of a branch or split: their fields, and buttons to add and take away. */
function ways(kind, list, words, changed) {
  const box = make("div");
  const show = () => {
    box.replaceChildren(...list.map((way, n) => {
      const set = make("fieldset", { className: "wm-way" }, make("legend", { textContent: `${words.way} ${n + 1}` }));
      set.append(...controls(kind.fields, way, (next) => {
        list = list.map((each, place) => (place === n ? { ...next, steps: each.steps } : each));
        changed(list);
      }));
      if (list.length > 1) {
        set.append(make("button", { type: "button", className: "wm-button", textContent: words.removeWay, onclick: () => {
          list = list.filter((_, place) => place !== n);
          changed(list); show();
        } }));
      }
      return set;
    }), make("button", { type: "button", className: "wm-button", textContent: words.addWay, disabled: list.length >= 10, onclick: () => {
      list = [...list, { ...structuredClone(kind.way), ...(kind.way.name ? { name: String.fromCharCode(65 + list.length) } : {}) }];
      changed(list); show();
    } }));
  };
  show();
  return [box];
}

/** The form of everything but the steps: who enters, whom it is for, and what ends it. */
export function entryForm(plan, entry, words, changed) {
  const box = make("div", { className: "wm-step-form" }, make("h3", { textContent: words.entry }), make("p", { className: "wm-soft", textContent: words.entryHelp }));
  const put = (name) => (value) => {
    const { [name]: _, ...rest } = plan;
    plan = value === undefined ? rest : { ...rest, [name]: value };
    changed(plan);
  };
  box.append(...shapes(entry, plan.entry, put("entry")));
  for (const field of entry.also) {
    if (field.within) { // a part of an object that is not there without what it needs
      box.append(pick(field, plan[field.within]?.[field.name], (value) => {
        const { [field.name]: _, ...rest } = plan[field.within] || {};
        const next = value === undefined ? rest : { ...rest, [field.name]: value };
        put(field.within)(next[field.needs] === undefined ? undefined : next);
      }));
    } else box.append(pick(field, plan[field.name], put(field.name)));
  }
  return box;
}

/** The form of a step; `changed` gets the whole step each time something in it changes. */
export function form(step, kinds, words, changed) {
  const kind = kinds.find((each) => each.name in step);
  if (!kind) return make("p", { textContent: "?" });
  let now = step;
  const body = (said) => { now = { ...now, [kind.name]: said }; changed(now); };
  const value = step[kind.name];
  const box = make("div", { className: "wm-step-form" }, make("h3", { textContent: kind.label }), make("p", { className: "wm-soft", textContent: kind.help }));
  if (kind.shapes) box.append(...shapes(kind, value, body));
  else if (kind.way) box.append(...ways(kind, value, words, body));
  else if (kind.object) box.append(...controls(kind.fields, value, body));
  else box.append(...kind.fields.map((field) => pick(field, value, (said) => body(said ?? ""))));
  if (kind.also) box.append(...controls(kind.also, step, (next) => { now = next; changed(now); }));
  return box;
}
