// A list to choose from by typing: a combobox with themes, explanations and units.
import { h, icon } from "./dom.js";

const [TALL, BAR] = [380, 80];
let count = 0;
const plain = (text) => text.toLocaleLowerCase().normalize("NFKD");

/** `options`: [{ value, label, about, theme }]; shows a button with `label`, calls `chosen(option)`. */
export function picker({ label, title, options, texts, chosen, open = false }) {
  const id = `wmr-list-${++count}`;
  const opener = h("button", { type: "button", class: `wmr-pick${label ? "" : " is-empty"}`, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": `${title}: ${label || texts.choose}` },
    h("span", {}, label || texts.choose), icon("expand_more"));
  const root = h("div", { class: "wmr-picker" }, opener);
  let popup = null;
  let shown = [];
  let active = 0;

  function close(focus) {
    if (!popup) return;
    popup.remove();
    popup = null;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus) opener.focus();
  }
  const outside = (event) => { if (!root.contains(event.target)) close(false); };

  function show() {
    if (popup) { close(true); return; }
    const search = h("input", {
      type: "text", role: "combobox", class: "wmr-search", placeholder: texts.search, "aria-label": texts.search,
      "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", oninput: () => list(search.value), onkeydown: keys,
    });
    popup = h("div", { class: "wmr-popup" }, search, h("ul", { id, role: "listbox", "aria-label": title }));
    root.append(popup);
    fit();
    opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    list("");
    search.focus();
  }

  // Where there is room: below, or above; never under the bar with the buttons.
  function fit() {
    const box = opener.getBoundingClientRect();
    const below = window.innerHeight - box.bottom - BAR;
    const isUp = below < TALL && box.top > below;
    popup.classList.toggle("is-up", isUp);
    popup.querySelector("ul").style.maxHeight = `${Math.max(140, Math.min(TALL, isUp ? box.top : below) - 60)}px`;
  }

  function list(text) {
    const words = plain(text).split(/\s+/).filter(Boolean);
    const rank = (option) => words.length && plain(option.label).startsWith(words[0]) ? 0 : 1;
    const found = options.filter((option) => {
      const hay = plain(`${option.label} ${option.theme || ""} ${option.about || ""} ${option.value}`);
      return words.every((word) => hay.includes(word));
    });
    shown = words.length ? found.map((option, place) => [rank(option), place, option]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((row) => row[2]) : found;
    active = 0;
    const rows = [];
    shown.forEach((option, place) => {
      if (option.theme && (place === 0 || shown[place - 1].theme !== option.theme)) {
        rows.push(h("li", { role: "presentation", class: "wmr-theme" }, option.theme));
      }
      rows.push(h("li", { role: "option", id: `${id}-${place}`, "data-place": place, "data-value": option.value, onclick: () => take(place), onmousemove: () => mark(place) },
        h("b", {}, option.label), option.about ? h("small", {}, option.about) : null));
    });
    popup.querySelector("ul").replaceChildren(...(rows.length ? rows : [h("li", { class: "wmr-none", role: "presentation" }, texts.nothing_found)]));
    mark(0);
  }

  function mark(place) {
    active = place;
    popup.querySelectorAll("[role=option]").forEach((row) => row.setAttribute("aria-selected", String(Number(row.dataset.place) === place)));
    const row = popup.querySelector(`[data-place="${place}"]`);
    popup.querySelector("input").setAttribute("aria-activedescendant", row ? row.id : "");
  }

  function keys(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      mark(Math.max(0, Math.min(shown.length - 1, active + steps[event.key])));
      const row = popup.querySelector(`[data-place="${active}"]`);
      if (row) row.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") take(active);
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") { close(false); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function take(place) {
    const option = shown[place];
    if (!option) return;
    close(true);
    chosen(option);
  }

  opener.addEventListener("click", show);
  if (open) queueMicrotask(show);
  return root;
}
