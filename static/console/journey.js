"use strict";
// The map works without this: it only prints, and shows what a slider stands at.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  for (const slider of document.querySelectorAll("[data-shown]")) {
    const shown = document.getElementById(slider.dataset.shown);
    slider.addEventListener("input", () => { shown.textContent = `${slider.value} %`; });
  }
});
