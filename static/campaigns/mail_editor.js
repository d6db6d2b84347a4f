// The mail editor: the source is what is kept; the preview, the checks and the canvas follow it.
import { h } from "../rules/dom.js";
import { source } from "./mail_source.js";
import { menu, personal } from "./personal.js";

const page = document.querySelector("[data-mail-editor]");
const words = JSON.parse(document.getElementById("mail-words").textContent);
const find = (name) => page.querySelector(`[data-${name}]`);
const code = source(find("source"), find("numbers"));
const grid = page.querySelector(".wmm-grid"), stage = find("stage"), state = find("state");
let near = 0, timer = 0, asked = 0, canvas = null;

const told = () => JSON.stringify([...new FormData(page)]);
const first = told();
const isKept = () => told() === first && !page.querySelector(".wm-alert[role=alert]");

function post(address, more = {}) {
  const body = new FormData(page);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return fetch(address, { method: "POST", body }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  });
}

/** Ask for the mail as a customer gets it, a moment after the last stroke. */
function look(more = {}, pause = 350) {
  state.textContent = isKept() ? "" : words.unsaved;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const turn = (asked += 1);
    try {
      const said = await post(page.dataset.preview, { near, ...more });
      if (turn === asked) show(said);
    } catch { if (turn === asked) blame(words.away); }
  }, pause);
}

function blame(text) {
  const fault = find("fault");
  fault.hidden = !text;
  fault.textContent = text;
  stage.classList.toggle("is-old", Boolean(text));
  return fault;
}

function show(said) {
  const faults = Object.entries(said.faults);
  const line = faults.map(([part, fault]) => (["mjml", "html"].includes(part) ? Number(fault.match(/\d+/)?.[0]) : 0)).find(Boolean);
  code.mark(line || 0);
  const fault = blame(faults.map(([part, text]) => `${part}: ${text}`).join(" "));
  if (line) fault.append(" ", h("button", { type: "button", class: "wm-button", onclick: () => { open("source"); code.goTo(line); } }, `${words.line} ${line}`));
  if (said.customer) {
    near = said.customer.id;
    find("for").textContent = said.customer.name;
  }
  if (!said.mail) return;
  const { mail } = said, name = mail.sender.replace(/ <.*>$/, "");
  find("face").textContent = [...name.trim()][0]?.toUpperCase() || "?";
  find("from").textContent = name;
  find("from").title = mail.sender;
  find("subject").textContent = mail.subject;
  find("preheader").textContent = mail.preheader || mail.text.slice(0, 120);
  find("mail").srcdoc = mail.html;
  find("mail-text").textContent = mail.text;
  check(said);
}

function check(said) {
  const score = find("score");
  score.textContent = said.score;
  score.className = said.score >= 85 ? "" : said.score >= 60 ? "is-fair" : "is-bad";
  find("size").textContent = `${said.kilobytes} kB`;
  find("findings").replaceChildren(...said.findings.map((each) => h("li", {}, h("b", {}, `−${each.weight}`), h("span", {}, each.words))),
    ...(said.findings.length ? [] : [h("li", {}, words.good)]));
  find("counted").textContent = said.links.length ? `${said.counted} ${words.counted}` : words.none;
  find("links").replaceChildren(...said.links.map((link) => h("li", { "data-address": link.address },
    h("span", {}, link.words || "–"), h("span", { class: link.fault ? "is-bad" : "", "data-answer": true }, link.fault), h("small", {}, link.address))));
}

function open(name) {
  for (const tab of page.querySelectorAll("[data-tab]")) {
    const isOpen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", isOpen);
    tab.tabIndex = isOpen ? 0 : -1;
  }
  for (const pane of page.querySelectorAll("[data-of]")) pane.hidden = pane.dataset.of !== name;
  grid.dataset.pane = name;
  find("insert").hidden = !["source", "text"].includes(name);
  if (name === "canvas") draw();
  if (name === "source") code.number();
  fit();
}

/** The canvas takes the source as it stands, and writes it only when something was changed there. */
async function draw() {
  try {
    const { open: begin } = await import("./mail_canvas.js");
    canvas ??= await begin(find("canvas"), words, (text) => { code.put(text); look(); });
    if (canvas.load(code.text())) return;
    blame(words.plain);
  } catch { /* Where the library cannot be had, the source does everything. */ }
  if (grid.dataset.pane === "canvas") open("source");
}

/** The mail is laid out at its own width, and shown as large as there is room. */
function fit() {
  const mail = find("mail"), kind = stage.dataset.stage, room = stage.clientWidth, wide = 660;
  const isText = kind === "text", scale = kind === "wide" ? Math.min(1, room / wide) : 1;
  mail.hidden = isText;
  find("mail-text").hidden = !isText;
  Object.assign(mail.style, kind === "wide" && scale < 1
    ? { width: `${wide}px`, height: `${100 / scale}%`, transform: `scale(${scale})` } : { width: "", height: "", transform: "" });
}

function press(group, button) {
  for (const each of page.querySelectorAll(`[data-${group}]`)) each.setAttribute("aria-pressed", each === button);
}

page.addEventListener("input", () => look());
page.addEventListener("submit", () => { page.dataset.leaving = "1"; });
addEventListener("beforeunload", (event) => { if (!page.dataset.leaving && !isKept()) event.preventDefault(); });
addEventListener("resize", fit);
page.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); find("keep")?.click(); }
  const tabs = [...page.querySelectorAll("[data-tab]")], at = tabs.indexOf(event.target);
  const to = at < 0 ? null : { ArrowRight: tabs[(at + 1) % tabs.length], ArrowLeft: tabs.at(at - 1) }[event.key];
  if (to) { open(to.dataset.tab); to.focus(); }
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault(); // keeping is a button's, or Ctrl+S's
    if (event.target === find("named")) look({ named: event.target.value }, 0);
    if (event.target === find("to")) find("send").click();
  }
});
for (const tab of page.querySelectorAll("[data-tab]")) tab.onclick = () => open(tab.dataset.tab);
for (const button of page.querySelectorAll("[data-step]")) button.onclick = () => { find("named").value = ""; look({ step: button.dataset.step }, 0); };
for (const button of page.querySelectorAll("[data-width]")) button.onclick = () => { stage.dataset.stage = button.dataset.width; press("width", button); fit(); };
for (const button of page.querySelectorAll("[data-shows]")) button.onclick = () => { page.dataset.show = button.dataset.shows; press("shows", button); fit(); };
find("another")?.addEventListener("change", (event) => event.target.form.requestSubmit());
find("insert").onchange = (event) => {
  const area = grid.dataset.pane === "text" ? find("text-source") : find("source");
  area.setRangeText(event.target.value, area.selectionStart, area.selectionEnd, "end");
  event.target.value = "";
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
for (const input of page.querySelectorAll("[data-personal]")) {
  const put = personal(input, page.querySelector(`label[for="${input.id}"]`), words.liquid);
  input.after(menu(`${words.insert}: ${input.dataset.personal}`, words.liquid.line, put));
}
find("try-links")?.addEventListener("click", async () => {
  for (const row of page.querySelectorAll("[data-address]")) {
    const answer = row.querySelector("[data-answer]");
    if (!/^https?:/.test(row.dataset.address)) continue;
    answer.textContent = words.trying;
    const said = await post(page.dataset.link, { address: row.dataset.address }).catch(() => ({ is_there: false, words: words.away }));
    answer.className = said.is_there ? "is-good" : "is-bad";
    answer.textContent = said.words;
  }
});
find("send")?.addEventListener("click", async () => {
  const sent = find("sent");
  sent.textContent = words.trying;
  const said = await post(page.dataset.test, { near, to: find("to").value }).catch(() => ({ words: words.away }));
  sent.className = said.is_sent ? "wm-help wm-sent" : "wm-help wm-failed";
  sent.textContent = said.words;
});

if (matchMedia("(max-width: 760px)").matches) page.querySelector("[data-width=phone]").click();
open(grid.dataset.pane === "canvas" && matchMedia("(max-width: 760px)").matches ? "source" : grid.dataset.pane);
look({}, 0);
