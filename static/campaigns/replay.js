"use strict";
// Follows a replay until it is over, then puts what it found where the page waits for it: whatever
// is marked data-renew is taken from the page as it is now. What somebody typed elsewhere stays.
(() => {
  const panel = document.querySelector("[data-replay]");
  if (!panel) return;
  const bar = panel.querySelector("progress");
  const said = panel.querySelector("[data-replay-said]");

  async function look() {
    try {
      const answer = await fetch(panel.dataset.replay, { headers: { accept: "application/json" } });
      const { status, progress } = await answer.json();
      if (status !== "waiting" && status !== "running") return void renew();
      bar.value = progress;
      if (status === "running") said.textContent = `${Math.round(progress * 100)} %`;
    } catch { /* the next look will tell */ }
    setTimeout(look, 700);
  }

  async function renew() {
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const place = panel.closest("[data-renew]");
      const wasInside = panel.contains(document.activeElement);
      for (const old of document.querySelectorAll("[data-renew]")) {
        const now = fresh.querySelector(`[data-renew="${old.dataset.renew}"]`);
        if (!now) continue;
        old.replaceChildren(...now.childNodes);
        old.dispatchEvent(new CustomEvent("part:shown", { bubbles: true }));
      }
      if (wasInside) place.focus();
      const over = document.querySelector("[data-replay-over]");
      if (over) over.textContent = over.dataset.replayOver;
    } catch {
      window.location.reload(); // signed out, or no network: let the browser say so
    }
  }
  look();
})();
