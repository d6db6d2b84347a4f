// The rule in words, its estimate and the people in it, asked of the server while somebody works.
const WORDS_AFTER = 120;
const PEOPLE_AFTER = 500;
const POLL = 700;

/** `ask`: { look, people, count, token, shop(), of() }; `told(path, message)` hears of faults. */
export function live(panel, ask, texts, told) {
  const estimate = panel.querySelector("[data-estimate]");
  const people = panel.querySelector("[data-people]");
  let timer = 0;
  let running = null;
  let shown = null;
  let asked = null;

  function form(rule) {
    const body = new FormData();
    body.set("shop", ask.shop());
    body.set("of", ask.of());
    body.set("rule", JSON.stringify(rule));
    return body;
  }

  async function post(url, rule, signal) {
    const answer = await fetch(url, { method: "POST", body: form(rule), signal, headers: { "X-CSRFToken": ask.token }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  async function run(rule) {
    if (running) running.abort();
    running = new AbortController();
    const { signal } = running;
    asked = rule;
    panel.setAttribute("aria-busy", "true");
    people.dataset.stale = "yes";
    try {
      estimate.innerHTML = await post(ask.look, rule, signal);
      const fault = estimate.querySelector("[data-fault]");
      told(fault ? fault.dataset.fault : "", fault ? fault.dataset.message : "");
      panel.removeAttribute("aria-busy");
      if (fault) { people.replaceChildren(); return; }
      timer = setTimeout(() => follow(rule, signal), PEOPLE_AFTER);
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.removeAttribute("aria-busy");
      estimate.textContent = texts.failed;
    }
  }

  // An exact count runs in the background; its row is asked for until it has ended.
  async function exactly(holder, url, options) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { "X-CSRFToken": ask.token }, ...options });
      if (!answer.ok) throw new Error(String(answer.status));
      holder.innerHTML = await answer.text();
    } catch {
      holder.textContent = texts.failed;
      return;
    }
    const running = holder.querySelector("[data-poll]");
    if (running) setTimeout(() => { if (running.isConnected) exactly(holder, running.dataset.poll, {}); }, POLL);
  }

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-count-start], [data-cancel]");
    if (!button) return;
    const holder = button.closest("[data-exact]");
    button.disabled = true;
    if (button.dataset.cancel) exactly(holder, button.dataset.cancel, { method: "POST" });
    else exactly(holder, ask.count, { method: "POST", body: form(asked) });
  });

  async function follow(rule, signal) {
    try {
      people.innerHTML = await post(ask.people, rule, signal);
      delete people.dataset.stale;
      panel.dispatchEvent(new CustomEvent("rule:people", { bubbles: true }));
    } catch (error) {
      if (error.name !== "AbortError") people.replaceChildren();
    }
  }

  /** Ask about a rule, once nothing has changed for a moment. Null: there is nothing to ask. */
  return (rule, unfinished) => {
    panel.querySelector("[data-unfinished]").hidden = !unfinished;
    const text = JSON.stringify(rule) + ask.shop();
    if (text === shown) return;
    shown = text;
    clearTimeout(timer);
    if (rule === null) {
      if (running) running.abort();
      panel.removeAttribute("aria-busy");
      estimate.replaceChildren();
      people.replaceChildren();
      told("", "");
      return;
    }
    timer = setTimeout(() => run(rule), WORDS_AFTER);
  };
}
