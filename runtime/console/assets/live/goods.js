/* The bag: stock at a glance, one touch shows a product, and flash sales. */
import { all, dialog, duration, one, piece, post, put, room, say, toast } from "./room.js";

export class Goods {
  constructor({ changed }) {
    this.changed = changed;
    this.rows = new Map();
    this.pinned = 0;
    this.flashes = [];
    this.ahead = 0;
    one("[data-goods]").append(...room.bag.map((good) => this.#row(good)));
    one("[data-goods]").addEventListener("click", (event) => this.#click(event));
    one("[data-find]")?.addEventListener("input", ({ target }) => this.#find(target.value));
    one('[data-act="unpin"]').addEventListener("click", () => this.#pin(0));
    one("[data-flashes]").addEventListener("click", (event) => this.#stop(event));
    one("[data-flash-form]")?.addEventListener("submit", (event) => this.#start(event));
    one("#flash-sku")?.addEventListener("change", () => this.#choose());
    setInterval(() => this.#tick(), 1000);
  }

  show(desk) {
    this.ahead = Date.now() - desk.now;
    this.levels = desk.levels;
    for (const good of room.bag) this.#stock(good);
    this.#pinnedIs(desk.pin?.number ?? 0);
    this.#list(desk.flashes);
  }

  #row(good) {
    const row = piece("product");
    row.dataset.number = good.number;
    const picture = one("img", row);
    if (good.picture) picture.src = good.picture;
    else picture.removeAttribute("src");
    put(one(".good-number", row), good.number);
    put(one(".good-title", row), good.title);
    put(one(".good-price", row), good.variants[0].price);
    const pin = one(".good-pin", row);
    put(one("span", pin), say("pin"));
    pin.setAttribute("aria-label", `${say("pin")} ${good.number} ${good.title}`);
    one(".good-flash", row)?.setAttribute("aria-label", `${one(".good-flash", row).title} ${good.number} ${good.title}`);
    this.rows.set(good.number, row);
    return row;
  }

  #left(good) {
    const counted = good.variants.map(({ sku }) => this.levels?.[sku]);
    return counted.some((level) => level === undefined) ? null : counted.reduce((sum, level) => sum + Math.max(0, level), 0);
  }

  #stock(good) {
    const left = this.#left(good);
    const place = one(".good-stock", this.rows.get(good.number));
    put(place, left === null ? say("stock.endless") : left ? say("stock", { count: left }) : say("stock.none"));
    place.dataset.stock = left === null ? "" : left === 0 ? "none" : left <= room.low ? "low" : "";
  }

  #pinnedIs(number) {
    this.pinned = number;
    for (const [place, row] of this.rows) {
      const button = one(".good-pin", row);
      const on = place === number;
      row.classList.toggle("good-now", on);
      button.setAttribute("aria-pressed", String(on));
      put(one("span", button), say(on ? "pinned" : "pin"));
    }
    const now = room.bag.find((good) => good.number === number);
    one("[data-now]").hidden = !now;
    if (!now) return;
    put(one("[data-now-title]"), `${now.number} · ${now.title}`);
    const picture = one("[data-now-picture]");
    if (now.picture && picture.getAttribute("src") !== now.picture) picture.src = now.picture;
  }

  async #pin(number) {
    const before = this.pinned;
    this.#pinnedIs(number);
    const { ok } = await post("pin", { number });
    if (!ok) this.#pinnedIs(before);
    else this.changed();
  }

  #click(event) {
    const row = event.target.closest(".good");
    const number = Number(row?.dataset.number);
    if (event.target.closest(".good-pin")) this.#pin(number === this.pinned ? 0 : number);
    else if (event.target.closest(".good-flash")) this.#ask(number);
  }

  #find(text) {
    const wanted = text.trim().toLowerCase();
    for (const good of room.bag) {
      this.rows.get(good.number).hidden = wanted !== "" && String(good.number) !== wanted && !good.title.toLowerCase().includes(wanted);
    }
  }

  /* ---- flash sales ---- */
  #ask(number) {
    const good = room.bag.find((each) => each.number === number);
    this.good = good;
    const choice = one("#flash-sku");
    choice.replaceChildren(...good.variants.map(({ sku, label }) => new Option(label || good.title, sku)));
    one("[data-flash-skus]").hidden = good.variants.length < 2;
    put(one("[data-flash-product]"), `${good.number} · ${good.title}`);
    this.#problem("");
    one("#flash-price").value = "";
    this.#choose();
    dialog("flash").showModal();
    one("#flash-price").focus();
  }

  #choose() {
    const variant = this.good.variants.find(({ sku }) => sku === one("#flash-sku").value) ?? this.good.variants[0];
    put(one("[data-flash-was]"), say("was", { price: variant.price }));
    const level = this.levels?.[variant.sku];
    put(one("[data-flash-left]"), level === undefined ? say("stock.endless") : level > 0 ? say("stock", { count: level }) : say("stock.none"));
  }

  #problem(text) {
    const place = one("[data-flash-problem]");
    place.hidden = !text;
    put(one("span", place), text);
  }

  async #start(event) {
    event.preventDefault();
    const form = event.target;
    const given = Object.fromEntries(new FormData(form));
    const button = one('[type="submit"]', form);
    button.disabled = true;
    const { ok, data } = await post("flash", { ...given, number: this.good.number }, { quiet: true });
    button.disabled = false;
    if (!ok) return void this.#problem(data.message || say("failed"));
    dialog("flash").close();
    this.changed();
  }

  async #stop(event) {
    const line = event.target.closest(".flash-stop") && event.target.closest("li");
    if (!line) return;
    const { ok } = await post("flash/stop", { id: Number(line.dataset.id) });
    if (!ok) return;
    line.remove();
    this.changed();
  }

  #list(flashes) {
    this.flashes = flashes;
    const box = one("[data-flashes]");
    const wanted = new Map(flashes.map((each) => [each.id, each]));
    for (const line of all("li", box)) if (!wanted.has(Number(line.dataset.id))) line.remove();
    for (const each of flashes) {
      let line = one(`[data-id="${each.id}"]`, box);
      if (!line) {
        line = piece("flash");
        line.dataset.id = each.id;
        box.append(line);
      }
      const good = room.bag.find(({ number }) => number === each.number);
      const kind = good?.variants.find(({ sku }) => sku === each.sku)?.label;
      put(one(".flash-title", line), [each.number, good?.title ?? each.sku, kind].filter(Boolean).join(" · "));
      put(one(".flash-price", line), each.price);
      put(one(".flash-was", line), each.was);
      put(one(".flash-left", line), say("left", { count: each.left, of: each.of }));
    }
    this.#tick();
  }

  #tick() {
    for (const each of this.flashes) {
      const line = one(`[data-flashes] [data-id="${each.id}"]`);
      const rest = (each.ends - (Date.now() - this.ahead)) / 1000;
      if (rest <= 0) line?.remove();
      else put(line && one(".flash-clock", line), duration(rest));
    }
  }
}
