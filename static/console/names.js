"use strict";
// Names for what widgets of others leave without one, so that it can be heard (WCAG 4.1.2).
(() => {
  const labelOf = (field) => field?.labels?.[0]?.textContent.trim();

  // select2 stands in for a select; its name is that of the select's label.
  function nameChoices() {
    for (const shown of document.querySelectorAll(".select2-selection[role=combobox]")) {
      const select = shown.closest(".select2-container")?.previousElementSibling;
      const name = labelOf(select);
      if (!name) continue;
      for (const part of [shown, shown.querySelector("[role=textbox]")]) {
        if (!part) continue;
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", [name, select.selectedOptions?.[0]?.text].filter(Boolean).join(": "));
      }
    }
  }

  function name() {
    nameChoices();
    // Django's pair of lists puts help into the name of an element that may have none.
    for (const help of document.querySelectorAll("span.help-tooltip[aria-label]")) help.setAttribute("role", "img");
    const search = document.getElementById("searchbar-submit");
    search?.setAttribute("aria-label", document.getElementById("searchbar")?.placeholder || "");
  }

  // They are made when the page is loaded, and with every row that is added.
  window.addEventListener("load", () => setTimeout(name));
  document.addEventListener("formset:added", () => setTimeout(name));
  document.addEventListener("change", (event) => event.target.matches?.(".admin-autocomplete") && setTimeout(nameChoices));
})();
