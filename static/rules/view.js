// The tree on the page: groups, conditions, and moving them by mouse, finger and keyboard.
import { button, choice, fill, h, icon } from "./dom.js";
import { condition } from "./leaves.js";
import * as tree from "./tree.js";

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };
const EDGE = 90; // near the edge of the window, dragging scrolls
const FOCUSABLE = "button, input, select, textarea";

/** `api`: { catalogue, changed, context, announce, of }; returns { draw, root, flag }. */
export function view(holder, api) {
  const { texts } = api.catalogue;
  let root = tree.read(null);
  api.redraw = (node) => { draw(node); api.changed(); };

  function draw(focused) {
    const was = remembered();
    holder.replaceChildren(groupOf(root, null));
    for (const node of tree.all(root)) delete node.fresh;
    if (focused) restore({ ...was, id: focused.id });
    else restore(was);
  }

  // The same input of the same condition has the focus again after everything was drawn anew.
  function remembered() {
    const now = document.activeElement;
    const item = now && holder.contains(now) ? now.closest("[data-node]") : null;
    return item ? { id: Number(item.dataset.node), place: [...item.querySelectorAll(FOCUSABLE)].indexOf(now) } : {};
  }
  function restore({ id, place }) {
    const item = id && holder.querySelector(`[data-node="${id}"]`);
    if (!item) return;
    const parts = item.querySelectorAll(FOCUSABLE);
    (parts[place] || parts[0])?.focus();
  }

  const nameOf = (group) => ({ all: texts.all, any: texts.any, none: texts.none, not_all: texts.not_all })[modeOf(group)];
  const modeOf = (group) => (group.nots % 2 ? { any: "none", all: "not_all" }[group.word] : group.word);

  function setMode(group, mode) {
    if (mode === modeOf(group)) return;
    const isNot = mode === "none" || mode === "not_all";
    if (isNot !== (group.nots % 2 === 1)) group.nots += isNot ? 1 : -1;
    group.word = mode === "none" || mode === "any" ? "any" : "all";
    api.redraw(group);
  }

  function groupOf(group, parent) {
    const rows = [];
    group.children.forEach((child, place) => {
      if (place) rows.push(h("li", { class: "wmr-glue", "aria-hidden": "true" }, group.word === "all" ? texts.and : texts.or));
      rows.push(child.children ? groupOf(child, group) : rowOf(child, group));
    });
    const head = h("div", { class: "wmr-head" }, parent ? handle(group) : null,
      h("span", { class: "wmr-lead" }, parent ? texts.group : texts.customers_who),
      choice(texts.which, modeOf(group), [["all", texts.all], ["any", texts.any], ["none", texts.none], ["not_all", texts.not_all]], (mode) => setMode(group, mode)),
      parent ? menu(group) : null);
    const foot = h("div", { class: "wmr-foot" },
      h("button", { type: "button", class: "wmr-add", "data-add": "condition", onclick: () => add(group, tree.leaf({ pick: true })) }, icon("add"), texts.add_condition),
      h("button", { type: "button", class: "wmr-add", "data-add": "group", onclick: () => add(group, tree.group(group.word === "all" ? "any" : "all", [tree.leaf({ pick: true })])) }, icon("add"), texts.add_group));
    return h(parent ? "li" : "div", { class: `wmr-group${parent ? " wmr-item" : " is-root"}`, "data-node": group.id, role: parent ? null : "group", "aria-label": `${texts.group}: ${nameOf(group)}` },
      head, group.children.length ? h("ul", { class: "wmr-rows" }, rows) : h("p", { class: "wmr-empty" }, texts.empty), foot);
  }

  function rowOf(node) {
    const isPlain = node.rule && typeof node.rule === "object" && !node.rule.did && !("segment" in node.rule);
    const not = isPlain && node.nots % 2 === 1
      ? h("button", { type: "button", class: "wmr-not", title: texts.negated, "aria-label": texts.negated, onclick: () => { node.nots -= 1; api.redraw(node); } }, texts.not) : null;
    return h("li", { class: "wmr-row wmr-item", "data-node": node.id, "aria-label": texts.condition },
      handle(node), h("div", { class: "wmr-parts" }, not, condition(node, api)), menu(node), h("p", { class: "wmr-fault", hidden: true }));
  }

  function add(group, node) {
    group.children.push(node);
    draw();
    api.changed();
    api.announce(texts.added);
  }

  function handle(node) {
    const grip = button(texts.handle, "drag_indicator", () => {}, { class: "wmr-handle", onkeydown: (event) => {
      if (!(event.key in KEYS)) return;
      event.preventDefault();
      step(node, KEYS[event.key], ".wmr-handle");
    } });
    grip.addEventListener("pointerdown", (event) => drag(event, node, grip));
    return grip;
  }

  function step(node, way, selector) {
    if (!tree.move(root, node, way)) { api.announce(texts.cannot); return; }
    draw();
    holder.querySelector(`[data-node="${node.id}"] ${selector}`)?.focus();
    tell(node);
    api.changed();
  }

  function tell(node) {
    const group = tree.parentOf(root, node);
    api.announce(fill(texts.moved, { place: group.children.indexOf(node) + 1, count: group.children.length, group: nameOf(group) }));
  }

  function menu(node) {
    const list = h("details", { class: "wmr-menu", onkeydown: (event) => {
      if (event.key === "Escape") { list.open = false; list.firstChild.focus(); event.stopPropagation(); }
    }, onfocusout: (event) => { if (!list.contains(event.relatedTarget)) list.open = false; } },
    h("summary", { "aria-label": texts.more, title: texts.more }, icon("more_horiz")));
    const item = (name, text, onclick) => h("button", { type: "button", onclick: () => { list.open = false; onclick(); } }, icon(name), text);
    list.append(h("div", { class: "wmr-menu-list" },
      ...[["up", "arrow_upward"], ["down", "arrow_downward"], ["in", "format_indent_increase"], ["out", "format_indent_decrease"]]
        .map(([way, symbol]) => item(symbol, texts[`move_${way}`], () => step(node, way, ".wmr-menu summary"))),
      item("swap_horiz", texts.negate, () => { node.nots += node.nots % 2 ? -1 : 1; api.redraw(node); }),
      item("content_copy", texts.copy, () => { api.redraw(tree.copy(root, node)); }),
      item("delete", texts.remove, () => drop(node))));
    const bin = button(texts.remove, "close", () => drop(node), { class: "wmr-small wmr-remove" });
    return h("div", { class: "wmr-end" }, list, bin);
  }

  function drop(node) {
    const group = tree.parentOf(root, node);
    tree.remove(root, node);
    draw();
    (holder.querySelector(`[data-node="${group.id}"] [data-add]`) || holder.querySelector("[data-add]")).focus();
    api.announce(texts.removed);
    api.changed();
  }

  // Dragging by pointer events, so that it works with a finger too. A line shows where it would go.
  function drag(event, node, grip) {
    if (event.button) return;
    const [x, y] = [event.clientX, event.clientY];
    const line = h("div", { class: "wmr-drop" });
    let target = null;
    grip.setPointerCapture(event.pointerId);
    const item = grip.closest("[data-node]");
    const moved = (now) => {
      if (!target && Math.hypot(now.clientX - x, now.clientY - y) < 5) return;
      item.classList.add("is-dragged");
      if (now.clientY > window.innerHeight - EDGE) window.scrollBy(0, 14);
      if (now.clientY < EDGE) window.scrollBy(0, -14);
      target = placeAt(now.clientX, now.clientY, node) || target;
      if (target) target.at[target.how](line);
    };
    const done = (now) => {
      for (const [name, listener] of Object.entries(listeners)) grip.removeEventListener(name, listener);
      line.remove();
      item.classList.remove("is-dragged");
      if (now.type === "pointerup" && target && tree.place(root, node, target.group, target.index)) {
        draw();
        holder.querySelector(`[data-node="${node.id}"] .wmr-handle`)?.focus();
        tell(node);
        api.changed();
      }
    };
    const listeners = { pointermove: moved, pointerup: done, pointercancel: done };
    for (const [name, listener] of Object.entries(listeners)) grip.addEventListener(name, listener);
  }

  function placeAt(x, y, dragged) {
    const element = document.elementFromPoint(x, y);
    const item = element && holder.contains(element) ? element.closest("[data-node]") : null;
    const over = item && tree.find(root, Number(item.dataset.node));
    if (!over || [...tree.all(dragged)].includes(over)) return null;
    const list = item.querySelector(":scope > .wmr-rows");
    if (over.children) {
      const foot = item.querySelector(":scope > .wmr-foot").getBoundingClientRect();
      if (y > foot.top || !list) return { group: over, index: over.children.length, at: item.querySelector(":scope > .wmr-foot"), how: "before" };
      return { group: over, index: 0, at: list, how: "before" };
    }
    const group = tree.parentOf(root, over);
    const box = item.getBoundingClientRect();
    const isAfter = y > box.top + box.height / 2;
    return { group, index: group.children.indexOf(over) + (isAfter ? 1 : 0), at: item, how: isAfter ? "after" : "before" };
  }

  /** Show a fault at the condition whose path it has; true when there is one. */
  function flag(path, message) {
    holder.querySelectorAll(".is-faulty").forEach((item) => item.classList.remove("is-faulty"));
    holder.querySelectorAll(".wmr-fault").forEach((item) => { item.hidden = true; });
    if (!message) return true;
    const leaves = [...tree.all(root)].filter((node) => !node.children && node.path !== undefined && path.startsWith(node.path));
    const node = leaves.sort((one, other) => other.path.length - one.path.length)[0];
    const item = node && holder.querySelector(`[data-node="${node.id}"]`);
    if (!item) return false;
    item.classList.add("is-faulty");
    const line = item.querySelector(":scope > .wmr-fault");
    line.textContent = message;
    line.hidden = false;
    return true;
  }

  return { draw, flag, get root() { return root; }, set root(value) { root = value; draw(); } };
}
