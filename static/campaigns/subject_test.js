// Below a step that sends: another subject, and the step becomes a split between the two.
import { h } from "../rules/dom.js";
import { menu, personal } from "./personal.js";

/** `ask` gives the key of the mail with the other subjects, or throws what is wrong with it. */
export function subjectTest(step, languages, words, ask, take) {
  const fault = h("p", { class: "wm-fault", role: "status" });
  const field = (name, title, help) => {
    const id = `other-${name.replace(":", "-")}`;
    const input = h("input", { class: "wm-input", id, maxlength: 300 }), label = h("label", { for: id }, title);
    const line = h("div", { class: "wmm-with", onkeydown: (event) => {
      if (event.key === "Enter" && event.target.dataset.line !== undefined) { event.preventDefault(); make(); }
    } }, input);
    input.name = name;
    const put = personal(input, label, words.liquid);
    line.append(menu(`${words.insert}: ${title}`, words.liquid.line, put));
    return { name, input, box: h("div", { class: "wm-field" }, label, line, ...(help ? [h("p", { class: "wm-help" }, help)] : [])) };
  };
  const fields = [field("subject", words.subjectOther, words.subjectHelp),
    ...languages.map(([code, name]) => field(`subject:${code}`, words.subjectIn.replace("%s", name)))];
  const button = h("button", { type: "button", class: "wm-button", onclick: make }, words.subjectMake);
  async function make() {
    button.disabled = true;
    try {
      const key = await ask(Object.fromEntries(fields.map((each) => [each.name, each.input.value])));
      const { id: _id, ...rest } = step;
      take({ split: [{ name: "A", percent: 50, steps: [step] }, { name: "B", percent: 50, steps: [{ ...rest, send: key }] }] });
    } catch (error) {
      fault.textContent = error.message;
      button.disabled = false;
    }
  }
  return h("details", { class: "wm-way" }, h("summary", {}, words.subjectTest), ...fields.map((each) => each.box), button, fault);
}
