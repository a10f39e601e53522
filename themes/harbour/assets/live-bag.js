/* Harbour. Buying in a live room without leaving the picture: the bag, a product's choices and the till come in a sheet
   over it. The forms are the page's own, sent to where they would be sent without this file. */
(() => {
  "use strict";
  const room = window.harbourRoom;
  if (!room) return;
  const { one, all, words, make } = room;
  const bag = one("[data-bag]"), sheet = one("[data-sheet]");
  if (!bag || typeof HTMLDialogElement === "undefined") return;
  const body = one("[data-sheet-body]"), foot = one("[data-sheet-foot]"), said = one("[data-sheet-said]"), title = one("[data-sheet-title]"), back = one("[data-sheet-back]");
  const home = make("i", { hidden: "" });
  const MINUS = "M5 12h14", PLUS = "M12 5v14M5 12h14", PLAY = "M8 5v14l11-7L8 5Z";
  bag.after(home);
  room.root.dataset.script = "";

  /* ---- the sheet ---- */
  let came = "";
  const empty = () => {
    if (body.contains(bag)) home.before(bag);
    body.replaceChildren();
  };
  const open = (view, heading, content) => {
    empty();
    sheet.dataset.view = view;
    title.textContent = heading;
    body.append(content);
    body.scrollTop = 0;
    back.hidden = !came || view === "bag";
    foot.hidden = true;
    if (!sheet.open) sheet.showModal();
    title.focus({ preventScroll: true });
  };
  const close = () => sheet.close();
  const openBag = () => {
    came = "bag";
    open("bag", words.bag, bag);
  };
  sheet.addEventListener("close", () => { empty(); came = ""; });
  sheet.addEventListener("click", (event) => { if (event.target === sheet) close(); });
  one("[data-sheet-close]").addEventListener("click", close);
  back.addEventListener("click", openBag);
  for (const each of all("[data-open-bag]")) each.addEventListener("click", openBag);

  const count = (number) => {
    for (const badge of document.querySelectorAll("[data-cart-count]")) {
      badge.textContent = number > 99 ? "99+" : number;
      badge.hidden = !number;
    }
  };
  const tell = (message, good) => {
    said.textContent = message;
    said.classList.toggle("is-bad", !good);
    foot.hidden = false;
    one("[data-till]").hidden = !good;
  };
  const post = async (form, more = {}) => {
    const data = new URLSearchParams(new FormData(form));
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    return { good: answer.ok, ...(await answer.json()) };
  };

  /* ---- a product: what kind, how many ---- */
  const buy = (row, sku = "") => {
    const form = one("form", row);
    const handle = row.dataset.handle, number = Number(row.dataset.row);
    room.clicked(handle);
    const flash = room.flash?.number === number && room.now() >= room.flash.starts ? room.flash : null;
    const wanted = sku || (flash ? flash.sku : "");
    const made = make("form", { method: "post", action: form ? form.action : "", class: "room-buy" });
    const picture = one("picture, img", row)?.cloneNode(true);
    const price = make("p", { class: "price number" });
    const head = make("div", { class: "room-buy-head" }, make("div", { class: "frame" }, ...(picture ? [picture] : [])), make("div", {}, make("p", { class: "card-title" }, `${number}. ${one(".card-title a", row).textContent}`), price, make("a", { class: "small", href: one(".card-title a", row).href, target: "_blank" }, words.details)));
    const show = (text, was = "") => { price.replaceChildren(make("bdi", {}, text)); if (was) price.append(make("s", {}, was)); price.classList.toggle("price-sale", Boolean(was)); };
    made.append(head);
    const options = all("option", row);
    const usual = () => price.replaceChildren(...all("[data-price] > *", row).map((each) => each.cloneNode(true)));
    const showPrice = () => {
      const chosen = new FormData(made).get("sku");
      if (flash && chosen === flash.sku) show(room.price(flash.price), flash.was > flash.price ? room.price(flash.was) : "");
      else if (options.length) show(options.find((each) => each.value === chosen)?.dataset.price || "");
      else usual();
    };
    if (options.length) {
      const first = options.find((each) => each.value === wanted && !each.disabled) || options.find((each) => !each.disabled);
      const pills = make("div", { class: "pills" }, ...options.map((option) => {
        const input = make("input", { type: "radio", name: "sku", value: option.value });
        input.checked = option === first;
        input.disabled = option.disabled;
        return make("label", { class: option.disabled ? "pill is-out" : "pill" }, input, make("span", {}, make("bdi", {}, option.dataset.label)));
      }));
      made.append(make("fieldset", {}, make("legend", { class: "visually-hidden" }, one("select", row).getAttribute("aria-label")), pills));
    } else if (form) made.append(make("input", { type: "hidden", name: "sku", value: one("[name=sku]", form).value }));
    const step = (way, name, path) => make("button", { class: "icon-button", type: "button", "data-step": way, "aria-label": name }, room.icon(path));
    made.append(make("div", { class: "room-buy-count" }, make("span", {}, words.quantity), make("div", { class: "quantity", "data-quantity": "" }, step("-1", words.less, MINUS), make("input", { type: "number", name: "quantity", value: "1", min: "1", inputmode: "numeric", "aria-label": words.quantity }), step("1", words.more, PLUS))));
    made.append(make("input", { type: "hidden", name: "room", value: room.root.dataset.room }));
    const add = make("button", { class: "button button-plain", value: "add" }, words.add), now = make("button", { class: "button", value: "now" }, words.buy_now);
    made.append(make("div", { class: "room-buy-actions" }, add, now));
    if (!form || row.classList.contains("is-out")) for (const each of [add, now]) each.disabled = true;
    made.addEventListener("change", showPrice);
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = event.submitter || add;
      if (button.getAttribute("aria-busy")) return;
      button.setAttribute("aria-busy", "true");
      const pin = room.pin?.number === number ? { pin: room.pin.id ?? room.pin.pin } : {};
      try {
        const { good, count: sum, message } = await post(made, pin);
        if (sum !== undefined) count(sum);
        if (good && button === now) till();
        else tell(message || (good ? words.added : words.failed), good);
      } catch { tell(words.paused, false); } finally { button.removeAttribute("aria-busy"); }
    });
    showPrice();
    open("product", words.buy, made);
  };

  /* ---- the till: its own pages in a frame, so that the picture goes on; an order is placed on a page of its own ---- */
  const till = () => {
    const link = one("[data-till]");
    const frame = make("iframe", { src: link.href, title: words.till });
    const apart = make("a", { class: "room-apart small", href: link.href, target: "_blank" }, words.till_new);
    apart.addEventListener("click", () => { room.shrink?.(); close(); });
    frame.addEventListener("load", () => {
      const inner = frame.contentDocument;
      if (!inner?.body) return;
      inner.documentElement.classList.add("in-sheet");
      inner.head.append(inner.importNode(document.querySelector('link[href*="/live."]')));
      for (const form of inner.querySelectorAll("form")) {
        if (!new URL(form.action, location.href).pathname.endsWith("/checkout/place")) continue;
        form.target = "_blank";
        form.addEventListener("submit", () => { room.shrink?.(); setTimeout(close, 600); });
      }
      for (const each of inner.querySelectorAll("a[href]")) if (!/\/(cart|checkout)\b/.test(each.pathname)) each.target = "_blank";
    });
    open("till", words.till, make("div", { class: "room-till" }, frame, apart));
  };
  one("[data-till]").addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    till();
  });

  /* ---- rows: a button each, sold out as it happens, found by name or number ---- */
  for (const [, row] of room.rows) {
    const button = make("button", { class: "button room-get", type: "button" }, words.buy);
    button.setAttribute("aria-label", `${words.buy}: ${one(".card-title a", row).textContent}`);
    button.addEventListener("click", () => buy(row));
    row.append(button);
  }
  const marked = new Set(), reduced = new Map();
  const flashes = () => {
    const now = room.now(), running = room.phase === "live" ? (room.state?.flash || []).filter((each) => each.left > 0 && each.starts <= now && now < each.ends) : [];
    for (const [number, row] of room.rows) {
      const price = running.find((each) => each.number === number)?.price;
      if (reduced.get(number) === price) continue;
      reduced.set(number, price);
      const place = one("[data-more]", row);
      place.hidden = price === undefined;
      place.replaceChildren(...(price === undefined ? [] : [make("b", { class: "price price-sale number" }, `${words.flash} ${room.price(price)}`)]));
    }
  };
  setInterval(flashes, 1000);
  room.on("state", (state) => {
    flashes();
    const gone = new Set(state?.sold_out || []);
    for (const [number, row] of room.rows) {
      if (gone.has(number) === marked.has(number)) continue;
      const out = gone.has(number), button = one(".room-get", row);
      row.classList.toggle("is-out", out);
      button.disabled = out;
      button.textContent = out ? words.sold_out : words.buy;
      if (out) marked.add(number); else marked.delete(number);
    }
  });
  room.on("pin", (pin) => { for (const [number, row] of room.rows) row.classList.toggle("is-shown", Boolean(pin) && number === pin.number); });
  room.on("chapters", (chapters) => {
    for (const [number, row] of room.rows) {
      const place = one("[data-more]", row), chapter = chapters.find((each) => each.number === number);
      place.hidden = !chapter;
      place.replaceChildren();
      if (!chapter) continue;
      const button = make("button", { type: "button", class: "room-see" }, room.icon(PLAY), words.see);
      button.addEventListener("click", () => { if (sheet.open) close(); room.seek(chapter.start); one(".room-screen")?.scrollIntoView({ block: "start" }); });
      place.append(button);
    }
  });
  const find = one("[data-find]");
  find?.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const [number, row] of room.rows) {
      const fits = !wanted || String(number) === wanted || (!/^\d+$/.test(wanted) && one(".card-title", row).textContent.toLowerCase().includes(wanted));
      row.hidden = !fits;
      shown += fits;
    }
    one("[data-none]").hidden = shown > 0;
  });
  for (const card of [one("[data-pin]"), one("[data-flash]")]) {
    one("[data-get]", card).addEventListener("click", () => {
      const wanted = card.hasAttribute("data-flash") ? room.flash : room.pin;
      const row = wanted && room.rows.get(wanted.number);
      if (row) { came = ""; buy(row, wanted.sku); }
    });
  }

  /* ---- coupons of the room ---- */
  for (const form of all("[data-take]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = one("button", form);
      try {
        const { good, message } = await post(form);
        button.textContent = good ? words.taken : button.textContent;
        button.disabled = good;
        button.title = message || "";
        if (sheet.open) tell(message || (good ? words.taken : words.take_failed), good);
      } catch { if (sheet.open) tell(words.paused, false); }
    });
  }
})();
