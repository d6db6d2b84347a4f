// A textarea with the numbers of its lines, one of which may be marked.

export function source(area, numbers) {
  let marked = 0, count = 0;

  function number() {
    const lines = area.value.split("\n").length;
    if (lines !== count || numbers.dataset.marked !== String(marked)) {
      const all = Array.from({ length: lines }, (_, n) => String(n + 1));
      numbers.replaceChildren(...(marked && marked <= lines
        ? [all.slice(0, marked - 1).join("\n") + (marked > 1 ? "\n" : ""), Object.assign(document.createElement("b"), { textContent: marked }), all.slice(marked).join("\n")]
        : [all.join("\n")]));
      count = lines;
      numbers.dataset.marked = marked;
    }
    numbers.scrollTop = area.scrollTop;
  }

  area.addEventListener("input", number);
  area.addEventListener("scroll", number);
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.altKey) return;
    if (area.dataset.tab === "out") { area.dataset.tab = ""; return; } // Escape, then Tab, leaves
    event.preventDefault();
    area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  area.addEventListener("keyup", (event) => { if (event.key === "Escape") area.dataset.tab = "out"; });
  number();

  return {
    number,
    text: () => area.value,
    put(text) { area.value = text; number(); },
    mark(line) { marked = line; number(); },
    goTo(line) {
      const begin = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      area.focus();
      area.setSelectionRange(begin, begin + (area.value.split("\n")[line - 1] || "").length);
      area.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(area).lineHeight));
      number();
    },
  };
}
