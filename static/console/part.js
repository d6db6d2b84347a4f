// Parts of a page that are fetched on demand. Without this script every link and form still works:
// it leads to a page of its own.
//
//   <a href="…" data-into="#id">             replaces #id by what the address answers
//   <a href="…" data-in-place-of="#id">      puts the answer where #id stood
//   <form action="…" data-into="#id">        the same, with the form's fields as the query
//   <div data-again="ms" data-part="…" data-into="#id">  asks again and again while it is there
//   <details data-part="…" data-into="#id">  fetches once, when it is opened first
async function load(address, target, inPlace) {
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Part": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    if (inPlace) target.replaceWith(holder.content);
    else target.replaceChildren(holder.content);
    follow();
    if (!inPlace) target.dispatchEvent(new Event("part:shown", { bubbles: true })); // charts.js
  } catch {
    window.location.assign(address); // signed out, or no network: let the browser say so
  } finally {
    target.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-into], a[data-in-place-of]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const { into, inPlaceOf } = link.dataset;
  const target = document.querySelector(into ?? inPlaceOf);
  if (!target) return;
  event.preventDefault();
  load(link.href, target, Boolean(inPlaceOf));
});

function ask(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(fields).toString();
  load(query ? `${form.action}?${query}` : form.action, document.querySelector(form.dataset.into), false);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-into]")) return;
  event.preventDefault();
  ask(event.target);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-into]");
  if (form) ask(form);
});

document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!box.matches?.("details[data-part]") || !box.open || box.dataset.loaded) return;
  box.dataset.loaded = "1";
  load(box.dataset.part, document.querySelector(box.dataset.into), false);
}, true);

function follow() {
  const waiting = document.querySelector("[data-again]:not([data-asked])");
  if (!waiting) return;
  waiting.dataset.asked = "1";
  const { part, into, again } = waiting.dataset;
  setTimeout(() => load(part, document.querySelector(into), false), Number(again));
}

follow();
