"use strict";
// The map works without this: it only prints, and shows what a slider stands at.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  document.addEventListener("input", ({ target }) => {
    if (target.dataset.shown) document.getElementById(target.dataset.shown).textContent = `${target.value} %`;
  });
});
