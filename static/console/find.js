"use strict";
// Search from anywhere (Ctrl K, ⌘ K), and the other shortcuts. Works by keyboard alone.
(() => {
  const box = document.getElementById("wm-find");
  const keys = document.getElementById("wm-keys");
  if (!box || !keys) return;
  const input = box.querySelector("input");
  const list = document.getElementById("wm-hits");
  const said = box.querySelector("[data-said]");
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  let asked = null;
  let chosen = -1;
  let timer = 0;
  let leader = 0;

  if (isMac) document.querySelectorAll("[data-mod]").forEach((key) => { key.textContent = "⌘ K"; });
  const hits = () => [...list.querySelectorAll("[role=option]")];

  function choose(number) {
    const all = hits();
    chosen = all.length ? (number + all.length) % all.length : -1;
    all.forEach((hit, index) => hit.setAttribute("aria-selected", String(index === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  }

  function part(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function option(hit, number) {
    const link = document.createElement("a");
    Object.assign(link, { id: `wm-hit-${number}`, href: hit.url, tabIndex: -1 });
    link.setAttribute("role", "option");
    const icon = part("span", "material-symbols-outlined", hit.icon);
    icon.setAttribute("aria-hidden", "true");
    link.append(icon, part("b", "", hit.title), part("span", "wm-find-detail", hit.detail));
    link.addEventListener("mousemove", () => choose(number));
    return link;
  }

  function draw(groups) {
    let number = 0;
    list.replaceChildren(...groups.map((group, index) => {
      const place = document.createElement("div");
      const title = part("p", "wm-find-title", group.title);
      title.id = `wm-hits-${index}`;
      place.setAttribute("role", "group");
      place.setAttribute("aria-labelledby", title.id);
      place.append(title, ...group.hits.map((hit) => option(hit, number++)));
      return place;
    }));
    if (!number) list.replaceChildren(part("p", "wm-find-none", box.dataset.none));
    said.textContent = number ? `${box.dataset.some} ${number}` : box.dataset.none;
    choose(0);
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const query = new URLSearchParams({ q: input.value });
      const answer = await fetch(`${box.dataset.address}?${query}`, { signal: asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      draw((await answer.json()).groups);
    } catch (fault) {
      if (fault.name !== "AbortError") window.location.reload(); // signed out, most likely
    }
  }

  function open() {
    if (keys.open) keys.close();
    if (!box.open) box.showModal();
    input.value = "";
    ask();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Enter" && hits()[chosen]) {
      event.preventDefault();
      if (event.metaKey || event.ctrlKey) window.open(hits()[chosen].href);
      else window.location.assign(hits()[chosen].href);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-find]")) open();
    if (event.target.closest("[data-close]") || event.target === box || event.target === keys) {
      event.target.closest("dialog").close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return open();
    }
    const writes = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (writes || event.ctrlKey || event.metaKey || event.altKey || box.open) return undefined;
    if (event.key === "?") return keys.open ? keys.close() : keys.showModal();
    const goes = Date.now() - leader < 1500 && keys.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    leader = event.key === "g" ? Date.now() : 0;
    if (goes) window.location.assign(goes.href);
    return undefined;
  });
})();
