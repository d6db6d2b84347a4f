"use strict";
// Follows a replay until it is over, then shows the page anew.
(() => {
  const panel = document.querySelector("[data-replay]");
  if (!panel) return;
  const bar = panel.querySelector("progress");
  const said = panel.querySelector("[data-replay-said]");

  async function look() {
    try {
      const answer = await fetch(panel.dataset.replay, { headers: { accept: "application/json" } });
      const { status, progress } = await answer.json();
      if (status !== "waiting" && status !== "running") return void location.reload();
      bar.value = progress;
      if (status === "running") said.textContent = `${Math.round(progress * 100)} %`;
    } catch { /* the next look will tell */ }
    setTimeout(look, 700);
  }
  look();
})();
