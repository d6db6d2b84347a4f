// The box above a rule builder: a sentence becomes a rule, which is looked at before it is used.

async function write(box, holder) {
  const place = box.querySelector("[data-written]");
  const form = holder.closest("form");
  const body = new FormData();
  body.set("text", box.querySelector("input").value);
  body.set("shop", form?.querySelector("[name=shop]")?.value || holder.dataset.shop || "");
  const token = form?.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(box.dataset.describe, { method: "POST", body, headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    place.innerHTML = await answer.text();
  } catch {
    place.textContent = place.dataset.failed;
  }
  box.removeAttribute("aria-busy");
}

function mount(holder) {
  const box = holder.querySelector("[data-describe]");
  if (!box || box.dataset.mounted || holder.closest(".empty-form")) return;
  box.dataset.mounted = "yes";
  box.hidden = false;
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // it would send the whole form
    write(box, holder);
  });
  box.addEventListener("click", (event) => {
    const use = event.target.closest("[data-use]");
    if (use) {
      holder.dispatchEvent(new CustomEvent("rule:set", { detail: JSON.parse(use.dataset.use) }));
      box.querySelector("[data-written]").replaceChildren();
    } else if (event.target.closest(".wmr-ask button")) write(box, holder);
  });
}

const mountAll = (root) => root.querySelectorAll("[data-rule-builder]").forEach(mount);
document.addEventListener("formset:added", (event) => mountAll(event.target));
mountAll(document);
