// Below a step that sends: another subject, and the step becomes a split between the two.
import { h } from "../rules/dom.js";

/** `ask` gives the key of the mail with the other subject, or throws what is wrong with it. */
export function subjectTest(step, words, ask, take) {
  const fault = h("p", { class: "wm-fault", role: "status" });
  const subject = h("input", { class: "wm-input", id: "other-subject", maxlength: 300, onkeydown: (event) => {
    if (event.key === "Enter") { event.preventDefault(); make(); }
  } });
  const button = h("button", { type: "button", class: "wm-button", onclick: make }, words.subjectMake);
  async function make() {
    button.disabled = true;
    try {
      const key = await ask(subject.value);
      const { id: _id, ...rest } = step;
      take({ split: [{ name: "A", percent: 50, steps: [step] }, { name: "B", percent: 50, steps: [{ ...rest, send: key }] }] });
    } catch (error) {
      fault.textContent = error.message;
      button.disabled = false;
    }
  }
  return h("details", { class: "wm-way" }, h("summary", {}, words.subjectTest),
    h("div", { class: "wm-field" }, h("label", { for: "other-subject" }, words.subjectOther), subject, h("p", { class: "wm-help" }, words.subjectHelp)), button, fault);
}
