// The editor of a campaign's steps: an outline with a full keyboard path, the drawing, and forms.
import { at, insert, move, parts, remove, replace, walk } from "./plan_tree.js";
import { entryForm, form } from "./plan_form.js";
import { subjectTest } from "./subject_test.js";
import { canvas } from "./plan_canvas.js";

const said = (id) => JSON.parse(document.getElementById(id).textContent);
const page = document.querySelector("[data-plan-editor]");
const kinds = said("plan-kinds"), words = said("plan-words");
let plan = said("plan"), known = said("plan-described"), chosen = "entry", draw = null;
const first = JSON.stringify(plan);
const past = [], outline = page.querySelector("[role=tree]"), side = page.querySelector("[data-form]");
const status = page.querySelector("[data-status]"), field = page.querySelector("input[name=plan]");

const kindOf = (step) => kinds.find((kind) => kind.name in step);
const wordsOf = (id, step) => id === "entry" ? known.entry || words.entry : id === "end" ? words.end : known.steps[id] || kindOf(step)?.label || "?";
const wayOf = (part) => part.label === "if" ? known.ways[`${part.path || ""}.${part.at}`] || `${words.if} ${part.n + 1}`
  : part.label === "name" ? `${part.way.name} (${part.way.percent} %)` : words[part.label];
const cut = (text) => (text.length > 62 ? `${text.slice(0, 60)}…` : text);
const label = {
  of: (id, step) => (id.startsWith("way:") ? "" : cut(wordsOf(id, step))),
  kind: (id, step) => (step ? kindOf(step)?.name : id.startsWith("way:") ? "dot" : id),
  way: (part) => part.label === "if" ? `${words.if} ${part.n + 1}` : wayOf(part),
};

/** Take a changed plan, keep the one before, and show it. */
function take(next, choose = chosen) {
  past.push([plan, chosen]);
  plan = next;
  chosen = choose;
  show();
  check();
}

function row(level, id, text, extra = "") {
  const item = document.createElement("li");
  item.setAttribute("role", "treeitem");
  item.setAttribute("aria-level", level);
  item.setAttribute("aria-selected", id === chosen);
  item.tabIndex = id === chosen ? 0 : -1;
  item.dataset.id = id;
  item.className = extra + (known.fault?.step === id ? " wm-faulty" : "");
  item.style.paddingInlineStart = `${.75 + (level - 1) * 1.1}rem`;
  item.textContent = text;
  item.onclick = () => choose(id);
  return item;
}

function rows(chain, level) {
  return (at(plan, chain) || []).flatMap((step, n) => {
    const path = `${chain}[${n}]`;
    const inner = parts(step).flatMap((part) => {
      const own = `${path}.${part.at}`;
      return [row(level + 1, `way:${own}`, wayOf({ ...part, path }), "wm-way-row"), ...rows(own, level + 2)];
    });
    return [row(level, path, wordsOf(path, step)), ...inner];
  });
}

function show({ focus = outline.contains(document.activeElement) } = {}) {
  outline.replaceChildren(row(1, "entry", wordsOf("entry")), ...rows("steps", 1));
  if (!outline.querySelector("[aria-selected=true]")) { chosen = "entry"; return show({ focus }); }
  if (focus) outline.querySelector("[aria-selected=true]").focus();
  draw?.(plan, label, chosen, known.fault?.step);
  field.value = JSON.stringify(plan);
  page.querySelector("[data-undo]").disabled = !past.length;
  for (const button of page.querySelectorAll("[data-for-step]")) button.disabled = !chosen.startsWith("steps");
}

function choose(id, { focus = true } = {}) {
  if (id === "end") return;
  chosen = id;
  show({ focus });
  fill();
}

/** The form for what is chosen. */
function fill() {
  if (chosen === "entry") {
    const { steps, ...rest } = plan;
    side.replaceChildren(entryForm(rest, said("plan-entry"), words, (next) => take({ ...next, steps: plan.steps })));
  } else if (chosen.startsWith("way:")) {
    side.replaceChildren(Object.assign(document.createElement("p"), { className: "wm-soft", textContent: words.wayHelp }));
  } else {
    const path = chosen;
    const step = at(plan, path);
    side.replaceChildren(form(step, kinds, words, (next) => { take(replace(plan, path, next), path); if (next.send !== undefined) twin(path); }));
    if (step.send) twin(path);
  }
}

/** Below a step that sends: the same mail under another subject, to half of the people. */
function twin(path) {
  side.querySelector(".wm-twin")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "wm-twin" });
  const sending = kinds.find((kind) => kind.name === "send");
  const ask = async (subjects) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...subjects, send: at(plan, path).send, csrfmiddlewaretoken: page.querySelector("[name=csrfmiddlewaretoken]").value })) body.set(name, value);
    const answer = await fetch(page.dataset.subject, { method: "POST", body });
    const made = answer.ok ? await answer.json() : { fault: String(answer.status) };
    if (made.fault) throw new Error(made.fault);
    const { options } = sending.fields[0];
    if (!options.some((option) => option.value === made.value)) options.push(made);
    return made.value;
  };
  box.append(subjectTest(at(plan, path), sending.languages[at(plan, path).send] || [], words, ask, (split) => { take(replace(plan, path, split), path); choose(path); }));
  side.append(box);
}

/** Where a new step goes: after the chosen one, or first in the chosen way. */
function place() {
  if (chosen.startsWith("way:")) return [chosen.slice(4), 0];
  if (chosen === "entry") return ["steps", 0];
  const [, chain, n] = chosen.match(/^(.*)\[(\d+)\]$/);
  return [chain, Number(n) + 1];
}

function add(name) {
  const kind = kinds.find((each) => each.name === name);
  const [chain, n] = place();
  take(insert(plan, chain, n, kind.first), `${chain}[${n}]`);
  fill();
  side.querySelector("input, select, textarea")?.focus();
}

function drop() {
  if (!chosen.startsWith("steps")) return;
  const [, chain, n] = chosen.match(/^(.*)\[(\d+)\]$/);
  const before = Number(n) ? `${chain}[${n - 1}]` : chain === "steps" ? "entry" : `way:${chain}`;
  take(remove(plan, chosen), before);
  choose(before);
}

function shift(by) {
  if (!chosen.startsWith("steps")) return;
  const [next, path] = move(plan, chosen, by);
  if (path !== chosen) { take(next, path); choose(path); }
}

function undo() {
  if (!past.length) return;
  [plan, chosen] = past.pop();
  choose(chosen);
  check();
}

const keysOf = {
  ArrowDown: (event) => event.altKey ? shift(1) : step(1), ArrowUp: (event) => event.altKey ? shift(-1) : step(-1),
  Home: () => choose("entry"), End: () => choose([...outline.children].at(-1).dataset.id),
  Delete: drop, Enter: () => side.querySelector("input, select, textarea, button")?.focus(),
  a: () => page.querySelector("[data-add]").focus(),
};

function step(by) {
  const all = [...outline.children];
  const n = all.findIndex((item) => item.dataset.id === chosen) + by;
  if (all[n]) choose(all[n].dataset.id);
}

outline.addEventListener("keydown", (event) => {
  const act = keysOf[event.key];
  if (!act || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  act(event);
});
page.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("input, textarea")) { event.preventDefault(); undo(); }
  if (event.key === "Escape" && side.contains(event.target)) choose(chosen);
});
page.querySelector("[data-add]").addEventListener("change", (event) => { if (event.target.value) add(event.target.value); event.target.value = ""; });
for (const [name, act] of Object.entries({ undo, drop, up: () => shift(-1), down: () => shift(1) })) {
  page.querySelector(`[data-${name}]`).addEventListener("click", act);
}
addEventListener("beforeunload", (event) => { if (JSON.stringify(plan) !== first && !page.dataset.leaving) event.preventDefault(); });
page.querySelector("form[data-side]").addEventListener("submit", (event) => event.preventDefault());
page.querySelector("form[data-save]").addEventListener("submit", () => { page.dataset.leaving = "1"; });

let timer = 0, asked = 0;
/** Ask the server what the plan says in words, and what is wrong with it. */
function check() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const turn = (asked += 1);
    const body = new FormData();
    body.set("plan", JSON.stringify(plan));
    body.set("csrfmiddlewaretoken", page.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      const answer = await fetch(page.dataset.check, { method: "POST", body });
      if (turn !== asked || !answer.ok) return;
      known = await answer.json();
      tell();
      show();
    } catch { /* the next change asks again */ }
  }, 250);
}

function tell() {
  status.className = known.fault ? "wm-alert" : "wm-soft";
  status.textContent = known.fault ? known.fault.words : words.fits;
}

(async () => {
  draw = await canvas(page.querySelector("[data-canvas]"), (id) => choose(id));
  choose(known.fault?.step || "entry", { focus: false });
  tell();
})();
