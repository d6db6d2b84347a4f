// A click on a ready-made segment fills the form in place. Without this script the link leads to
// the same form, filled in.

async function fill(link) {
  const form = document.querySelector("[data-rule-builder]").closest("form");
  const answer = await fetch(link.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const made = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const name of ["name", "key", "description"]) {
    form.elements[name].value = made.querySelector(`[name=${name}]`).value;
  }
  // Else Django's own script makes a key from the name, which leaves nothing of a Chinese one.
  form.elements.key.dispatchEvent(new Event("change", { bubbles: true }));
  const rule = made.querySelector("[name=rule]").value;
  const holder = form.querySelector("[data-rule-builder]");
  holder.dispatchEvent(new CustomEvent("rule:set", { detail: JSON.parse(rule) }));
  // Where the builder is still being built, it begins with what stands here.
  holder.querySelector("[name=rule]").value ||= rule;
  link.closest("details").open = false;
  form.elements.name.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("details.wms-ready a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  fill(link).catch(() => window.location.assign(link.href));
});
