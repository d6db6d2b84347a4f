// Questions and answers, on a shop's pages; see docs/site.md. Sets no cookie and keeps nothing: a
// conversation is gone with the page. What is told becomes text, never markup.
((document) => {
  const { dataset, src } = document.currentScript;
  const language = document.documentElement.lang || navigator.language;
  const LOOK_AGAIN = [1, 1, 2, 2, 4, 8, 15]; // seconds; the last one from then on

  const ask = async (asked, body) => {
    const address = new URL(`chat/${dataset.key}/`, src);
    address.search = new URLSearchParams({ language, ...asked });
    const answer = await fetch(address, { credentials: "omit", method: body ? "POST" : "GET", body });
    if (!answer.ok) throw answer.status;
    return answer.json();
  };
  const make = (into, kind, name, text = "", more = {}) => {
    const made = Object.assign(document.createElement(kind), { className: name, textContent: text, ...more });
    into.append(made);
    return made;
  };

  const build = (words) => {
    const host = make(document.body, "div", "waymark-chat");
    const root = host.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(`
      :host { --c: ${CSS.supports("color", dataset.colour || "") ? dataset.colour : "#1f2937"}; position: fixed; right: 16px; bottom: 16px; z-index: 99999;
        font: 15px/1.45 system-ui, sans-serif; color: #1f2937 }
      button { font: inherit; cursor: pointer; border: 0; border-radius: 999px; padding: 12px 18px; background: var(--c); color: #fff }
      .open { display: block; margin-left: auto }
      :focus-visible { outline: 3px solid #2563eb; outline-offset: 2px }
      section { display: flex; flex-direction: column; width: min(360px, calc(100vw - 32px)); height: min(480px, calc(100vh - 96px));
        margin-bottom: 12px; background: #fff; border-radius: 16px; box-shadow: 0 12px 40px #0004; overflow: hidden }
      section[hidden] { display: none }
      header { display: flex; justify-content: space-between; align-items: center; padding: 12px 16px; background: var(--c); color: #fff; font-weight: 600 }
      header button { padding: 4px 10px; background: #fff3 }
      .log { flex: 1; overflow-y: auto; padding: 16px; display: flex; flex-direction: column; gap: 10px }
      .log p { margin: 0; padding: 10px 14px; border-radius: 14px; max-width: 85%; white-space: pre-wrap; overflow-wrap: anywhere; background: #f1f5f9; align-self: flex-start }
      .log .mine { background: var(--c); color: #fff; align-self: flex-end }
      .log small { display: block; margin-top: 6px; color: #475569 }
      form { display: flex; gap: 8px; padding: 12px; border-top: 1px solid #e2e8f0 }
      input { flex: 1; min-width: 0; font: inherit; padding: 10px 12px; border: 1px solid #94a3b8; border-radius: 999px; color: inherit; background: #fff }`);
    root.adoptedStyleSheets = [style];

    const panel = make(root, "section", "", "", { hidden: true, role: "dialog", ariaLabel: words.title });
    const head = make(panel, "header", "");
    make(head, "span", "", dataset.title || words.title);
    const close = make(head, "button", "", "×", { type: "button", ariaLabel: words.close });
    const log = make(panel, "div", "log", "", { role: "log", tabIndex: 0, ariaLabel: words.title });
    make(log, "p", "", dataset.hello || words.hello);
    const form = make(panel, "form", "");
    const input = make(form, "input", "", "", { maxLength: 1000, ariaLabel: words.ask, placeholder: words.ask, autocomplete: "off" });
    make(form, "button", "", words.send);
    const open = make(root, "button", "open", words.title, { type: "button", ariaExpanded: "false" });

    const turn = (isOpen) => {
      panel.hidden = !isOpen;
      open.ariaExpanded = String(isOpen);
      (isOpen ? input : open).focus();
    };
    open.onclick = () => turn(panel.hidden);
    close.onclick = () => turn(false);
    panel.onkeydown = (event) => { if (event.key === "Escape") turn(false); };

    const show = (bubble, told) => {
      bubble.textContent = told.answer || words[told.state];
      if (told.sources.length) make(bubble, "small", "", `${words.sources} ${told.sources.join(", ")}`);
      log.scrollTop = log.scrollHeight;
    };
    const wait = async (bubble, ticket, told) => {
      for (let look = 0; told.state !== "answered"; look++) {
        await new Promise((done) => setTimeout(done, 1000 * LOOK_AGAIN[Math.min(look, LOOK_AGAIN.length - 1)]));
        try { told = await ask({ ticket }); } catch { continue; }
        show(bubble, told);
      }
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text.length < 2) return;
      make(log, "p", "mine", text);
      const bubble = make(log, "p", "", words.thinks);
      log.scrollTop = log.scrollHeight;
      try {
        const told = await ask({}, new URLSearchParams({ text }));
        input.value = "";
        show(bubble, told);
        wait(bubble, told.ticket, told);
      } catch { bubble.textContent = words.failed; }
    };
  };
  const begin = () => ask({}).then(build).catch(() => {});
  document.readyState == "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})(document);
