// Elements by a call: h("button", { type: "button", onclick }, "Text", child).

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const icon = (name) => h("span", { class: "material-symbols-outlined wmr-icon", "aria-hidden": "true" }, name);

/** A select of [value, label] pairs. */
export function choice(label, value, pairs, onchange) {
  const select = h("select", { class: "wmr-input", "aria-label": label, onchange: () => onchange(select.value) },
    pairs.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) }, text)));
  return select;
}

/** A text input; told of every stroke, so that the count follows while somebody types. */
export function input(label, value, onchange, more = {}) {
  const field = h("input", {
    class: "wmr-input", type: "text", "aria-label": label, placeholder: label, value, autocomplete: "off",
    ...more, oninput: () => onchange(field.value), onchange: () => onchange(field.value),
  });
  return field;
}

export function button(label, name, onclick, more = {}) {
  return h("button", { type: "button", class: "wmr-small", "aria-label": label, title: label, ...more, onclick }, icon(name));
}

export const fill = (template, words) => template.replace(/%\((\w+)\)s/g, (_all, key) => words[key]);
