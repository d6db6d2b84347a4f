// What to offer, on a shop's pages; see docs/site.md. Sets no cookie and keeps nothing; who is asking
// is told only where the visitor agreed to the cookie of waymark.js.
((document) => {
  const { dataset, src } = document.currentScript;
  const visitor = () =>
    !navigator.globalPrivacyControl && (document.cookie.match(/(?:^|; )waymark=(\w{8,40})/) || [])[1];

  // Text and addresses of the page's own only: nothing that is told can become markup or script.
  const put = (into, kind, name, text) => {
    const made = document.createElement(kind);
    made.className = `waymark-${name}`;
    made.textContent = text;
    into.append(made);
    return made;
  };
  const price = (item, currency) => {
    try {
      return new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "currency", currency })
        .format(item.price_cents / 100);
    } catch { return ""; }
  };
  const show = (block, { items, currency }) => {
    block.replaceChildren();
    for (const item of items) {
      const box = put(block, block.dataset.link ? "a" : "div", "offer", "");
      if (block.dataset.link) {
        const link = new URL(block.dataset.link.replace("{id}", encodeURIComponent(item.product_id)), location);
        if (/^https?:$/.test(link.protocol)) box.href = link;
      }
      put(box, "span", "title", item.title);
      if (item.price_cents != null) put(box, "span", "price", price(item, currency));
      put(box, "span", "reason", item.reason);
    }
    block.hidden = !items.length;
  };
  const fill = async (block) => {
    const { kind = "all", count = 4, without = "" } = block.dataset;
    const address = new URL(`offers/${dataset.key}/`, src);
    const asked = { kind, count, without, language: document.documentElement.lang };
    if (visitor()) asked.visitor = visitor();
    address.search = new URLSearchParams(asked);
    const answer = await fetch(address, { credentials: "omit" });
    if (answer.ok) show(block, await answer.json());
  };
  const all = () => document.querySelectorAll("[data-waymark-offers]").forEach((block) => fill(block).catch(() => {}));
  document.readyState == "loading" ? document.addEventListener("DOMContentLoaded", all) : all();
})(document);
