// The rule in words, its estimate and the people in it, asked of the server while somebody works.
const WORDS_AFTER = 120;
const PEOPLE_AFTER = 500;

/** `ask`: { look, people, token, shop(), of() }; `told(path, message)` hears of faults. */
export function live(panel, ask, texts, told) {
  const estimate = panel.querySelector("[data-estimate]");
  const people = panel.querySelector("[data-people]");
  let timer = 0;
  let running = null;
  let shown = null;

  async function post(url, rule, signal) {
    const body = new FormData();
    body.set("shop", ask.shop());
    body.set("of", ask.of());
    body.set("rule", JSON.stringify(rule));
    const answer = await fetch(url, { method: "POST", body, signal, headers: { "X-CSRFToken": ask.token }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  async function run(rule) {
    if (running) running.abort();
    running = new AbortController();
    const { signal } = running;
    panel.setAttribute("aria-busy", "true");
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

  async function follow(rule, signal) {
    try {
      people.innerHTML = await post(ask.people, rule, signal);
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
