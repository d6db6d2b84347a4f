"use strict";
// Opens a dialog that the page holds already, instead of following the link to a page of its own:
//
//   <a href="…" data-dialog="#id">  opens <dialog id="id">
//   <button data-close>             inside it, closes it; so does Esc
//
// What was focused before is focused again; the browser sees to that.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (link && !(event.metaKey || event.ctrlKey || event.shiftKey || event.button)) {
    const dialog = document.querySelector(link.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  }
  event.target.closest?.("dialog.wm-dialog [data-close]")?.closest("dialog").close();
});
