// Waymark on a shop's pages. Nothing is kept or sent before the visitor agrees; see docs/site.md.
((window, document, navigator) => {
  const { dataset, src } = document.currentScript;
  const address = new URL(`site/${dataset.key}/`, src);
  const NAME = "waymark";
  const waiting = window.waymark?.q || [];
  const early = []; // calls made before consent, forgotten with the page
  let state = {}; // what is stored; memory does where storage is forbidden
  let token, timer, sending = 0, pause = 0, beaconed, denied, viewed, told;

  const refused = () =>
    navigator.globalPrivacyControl || navigator.doNotTrack == 1 || window.doNotTrack == 1;
  const random = () =>
    [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(36).padStart(2, 0)).join("");
  const cookie = (value, days) => {
    document.cookie = `${NAME}=${value};path=/;max-age=${days * 86400};samesite=lax` +
      (location.protocol == "https:" ? ";secure" : "") +
      (dataset.domain ? `;domain=${dataset.domain}` : "");
  };
  // Asked each time: another tab may have withdrawn.
  const visitor = () => !refused() && (document.cookie.match(/(?:^|; )waymark=(\w{8,40})/) || [])[1];

  const load = () => {
    try { state = JSON.parse(localStorage[NAME]); } catch {}
    return state;
  };
  const queue = () => load().queue || [];
  const save = (change) => {
    state = { ...load(), ...change };
    try { localStorage[NAME] = JSON.stringify(state); } catch {}
  };
  const forget = () => {
    state = {};
    early.length = 0;
    try { delete localStorage[NAME]; } catch {}
    cookie("", 0);
  };

  const put = (kind, data = {}) => {
    if (JSON.stringify(data).length > 9000) return;
    save({ queue: [...queue(), { id: random(), kind, at: Date.now(), data }].slice(-200) });
    queue().length < 20 || pause ? soon(pause || 1000) : flush();
  };
  const soon = (delay) => {
    timer = timer || setTimeout(() => { timer = 0; flush(); }, delay);
  };

  // Half a character or a NUL cannot be stored; one would spoil the whole call.
  const pack = (events) =>
    JSON.stringify({
      id: random(), visitor: visitor(), sent: Date.now(), agent: navigator.userAgent,
      driven: !!navigator.webdriver || !navigator.languages?.length, events,
    }).replace(/(^|[^\\])(\\u(0000|d[89a-f]..))+/g, "$1");

  // Events leave the queue when their arrival was confirmed. A beacon confirms nothing: what it
  // carried goes along with the next call, and the server knows each event by its id.
  const flush = (leaving) => {
    if (!visitor()) state = {};
    const events = queue().slice(leaving ? sending : 0, 50);
    if (!visitor() || !events.length || (sending && !leaving)) return;
    let body;
    while (new Blob([body = pack(events)]).size > 6e4) events.length >>= 1;
    const last = events[events.length - 1].id;
    if (leaving && (beaconed == last || navigator.sendBeacon?.(address, body))) return beaconed = last;
    sending = events.length;
    fetch(address, { method: "POST", body, keepalive: true, credentials: "omit" }).then((answer) => {
      if (answer.status == 429 || answer.status > 499) throw answer;
      if (visitor()) save({ queue: queue().filter((event) => !events.some(({ id }) => id == event.id)) });
      pause = 0;
    }).catch((answer) => {
      pause = answer.headers?.get("retry-after") * 1000 || Math.min(pause * 2 || 2000, 3e5);
    }).then(() => {
      sending = 0;
      if (queue().length) soon(pause || 1000);
    });
  };

  const product = () => {
    const marked = document.querySelector("[data-waymark-product]")?.dataset;
    if (marked) {
      const { waymarkProduct: id, title, category, brand, price, currency } = marked;
      return { id, title, category, brand, price, currency };
    }
    const found = [...document.querySelectorAll('script[type="application/ld+json"]')].flatMap((part) => {
      try { const said = JSON.parse(part.textContent); return said["@graph"] || said; } catch { return []; }
    }).filter((thing) => /\bProduct(Group)?\b/.test(thing?.["@type"]));
    if (found.length != 1) return; // none, or a list of them
    const { sku, productID, productGroupID, name: title, category, brand, offers } = found[0];
    const { price, lowPrice, priceCurrency: currency } = [].concat(offers || {})[0];
    return {
      id: sku || productID || productGroupID, title, price: price || lowPrice, currency,
      category: category?.trim && category, brand: [brand?.name, brand].find((name) => name?.trim),
    };
  };

  const know = (data) => {
    const known = JSON.stringify(data);
    if (load().known == known) return;
    save({ known });
    put("visitor.identified", data);
  };
  const commands = {
    track: put,
    page() {
      const data = { path: location.pathname, title: document.title };
      new URLSearchParams(location.search).forEach((value, key) => {
        if (/^utm_/.test(key)) data[key] = value;
      });
      const from = document.referrer && new URL(document.referrer);
      if (from && from.host != location.host) data.referrer = from.origin;
      put("page.viewed", data);
      const seen = told != location.href && product();
      if (seen?.id) put("product.viewed", seen);
    },
    product(data) { told = location.href; put("product.viewed", data); },
    search(query, data) { put("search.made", { ...data, query }); },
    cart(data) { put("cart.updated", data); },
    identify(customer, signature) { know({ customer: `${customer}`, signature }); },
    reset() { flush(true); forget(); cookie(random(), 395); },
  };

  const begin = () => {
    denied = false;
    if (refused()) return;
    cookie(visitor() || random(), 395);
    if (token) know({ token });
    token = 0;
    early.splice(0).forEach((args) => call(...args));
    if (document.readyState == "loading") document.addEventListener("DOMContentLoaded", view);
    else view();
  };
  const view = () => {
    if (viewed || !visitor() || "manual" in dataset) return;
    viewed = true;
    call("page");
  };
  const call = (name, ...args) => {
    if (name == "consent") {
      if (args[0]) return begin();
      denied = true;
      forget();
    } else if (visitor()) commands[name]?.(...args);
    else if (!denied && !refused() && early.length < 100) early.push([name, ...args]);
  };

  token = (location.search.match(/[?&]wm=([^&]+)/) || [])[1];
  if (token) {
    const clean = location.href.replace(/([?&])wm=[^&#]*&?/, "$1").replace(/[?&](?=#|$)/, "");
    history.replaceState(history.state, "", clean);
  }
  window.waymark = call;
  const start = () => {
    if (refused()) forget();
    waiting.forEach((args) => call(...args));
    if (visitor()) begin();
  };
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState == "hidden") flush(true);
    else soon(1000);
  });
  window.addEventListener("pagehide", () => flush(true));
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && !("manual" in dataset)) call("page");
  });
})(window, document, navigator);
