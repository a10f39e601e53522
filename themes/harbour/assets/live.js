/* Harbour. A live room: its state, its clock and what is shown over the picture. Without this file the page still says
   when and where, and everything in the bag can be ordered. live-player.js, live-bag.js and live-chat.js listen to it. */
(() => {
  "use strict";
  const root = document.querySelector("[data-room]");
  if (!root) return;
  const one = (selector, place = root) => place.querySelector(selector);
  const all = (selector, place = root) => [...place.querySelectorAll(selector)];
  const words = JSON.parse(one("[data-room-words]").textContent);
  const handle = encodeURIComponent(root.dataset.room);
  const language = document.documentElement.lang;
  const starts = Date.parse(root.dataset.starts), ends = Date.parse(root.dataset.ends) || Infinity;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const counted = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const money = new Intl.NumberFormat(language, { style: "currency", currency: root.dataset.currency, currencyDisplay: "narrowSymbol" });
  const minor = 10 ** money.resolvedOptions().maximumFractionDigits;
  const listeners = {};

  const room = {
    root, one, all, words, handle, language, still, own: root.dataset.kind === "broadcast",
    state: null, phase: "", base: "", date: () => null,
    fill: (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""),
    make(tag, attributes = {}, ...children) {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.append(...children);
      return element;
    },
    icon(path) {
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      shape.setAttribute("viewBox", "0 0 24 24");
      shape.setAttribute("class", "icon");
      shape.setAttribute("aria-hidden", "true");
      line.setAttribute("d", path);
      shape.append(line);
      return shape;
    },
    price: (amount) => money.format(amount / minor),
    on(name, hear) { (listeners[name] ||= []).push(hear); },
    emit(name, value) { for (const hear of listeners[name] || []) hear(value); },
  };
  window.harbourRoom = room;

  /* ---- the server's clock: three questions, the quickest answer; what the visitor's clock says means nothing ---- */
  let ahead = Date.now() - performance.now(), known = false;
  room.now = () => performance.now() + ahead;
  const ask = async () => {
    let quickest = Infinity, found = ahead;
    for (let times = 0; times < 3; times += 1) {
      const sent = performance.now();
      const answer = await fetch("/live/time", { cache: "no-store" });
      const came = performance.now();
      if (!answer.ok) throw new Error(answer.status);
      const { now } = await answer.json();
      if (came - sent < quickest) {
        quickest = came - sent;
        found = now - (sent + came) / 2;
      }
    }
    ahead = found;
    known = true;
  };
  const setClock = () => ask().catch(() => {}).finally(() => { step(); tick(); });

  /* ---- who watches: a pass is asked for when the first word, like or sign of life is sent ---- */
  let passing = null;
  room.pass = (fresh = false) => {
    if (!passing || fresh) {
      passing = fetch(`/live/${handle}/pass`, { method: "POST", body: new URLSearchParams({ locale: language }), headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
      passing.catch(() => { passing = null; });
    }
    return passing;
  };
  room.send = async (what, body) => {
    const { pass } = await room.pass();
    const post = (token) => fetch(`${room.base}/live/${handle}/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...body, pass: token }) });
    let answer = await post(pass);
    if (answer.status === 401) answer = await post((await room.pass(true)).pass);
    return { ok: answer.ok, ...(await answer.json().catch(() => ({}))) };
  };

  /* ---- the state: one small file, asked for again and again ---- */
  const STALE = 45_000, ABSENT = 8_000, LATE = 900_000;
  const phaseOf = (state) => {
    const now = room.now();
    if (state && ["live", "interrupted", "replay", "ended"].includes(state.state)) {
      if (room.own && ["live", "interrupted"].includes(state.state) && known && now - state.now > STALE) return "interrupted";
      return state.state;
    }
    if (now >= ends) return "ended";
    if (now < starts) return "before";
    return room.own ? "waiting" : "live";
  };
  const label = one("[data-room-state]"), viewers = one("[data-viewers]");
  const step = () => {
    const phase = phaseOf(room.state);
    if (phase === room.phase) return;
    room.phase = phase;
    root.dataset.state = phase;
    for (const each of all("[data-when]")) each.hidden = !each.dataset.when.split(" ").includes(phase);
    if (label) {
      label.hidden = false;
      label.dataset.state = phase;
      label.textContent = words.state[phase];
    }
    room.emit("phase", phase);
  };
  // "In a moment" is a promise.
  const late = () => {
    if (room.phase !== "waiting" || !known || room.now() - starts < LATE) return;
    one("[data-waiting]").textContent = words.late_text;
    label.textContent = words.state.late;
  };
  const movie = one("[data-movie]");
  const apply = (state) => {
    room.state = state;
    if (state) {
      const file = state.replay?.mp4;
      if (movie) movie.hidden = !file;
      if (movie && file) one("a", movie).href = file;
      const { port, base } = state.media || {};
      room.base = base ?? (port ? `${location.protocol}//${location.hostname}:${port}` : "");
      viewers.hidden = !state.viewers || ["ended", "replay"].includes(state.state);
      viewers.textContent = !state.viewers ? "" : room.fill(words.viewers, { count: counted.format(state.viewers) });
      for (const each of all("[data-coupon]")) each.hidden = !state.coupons.includes(each.dataset.coupon);
    }
    step();
    room.emit("state", state);
    tick();
  };
  let timer, polled = 0, pushed = null;
  const listen = () => {
    pushed = new EventSource(`${room.base}/live/${handle}/events`);
    pushed.addEventListener("room", (event) => apply(JSON.parse(event.data)));
    pushed.addEventListener("error", () => { if (pushed.readyState === EventSource.CLOSED) pushed = false; });
  };
  const poll = async () => {
    clearTimeout(timer);
    let wait = ABSENT;
    try {
      const answer = await fetch(`/live/${handle}/room.json`);
      if (answer.ok) {
        const state = await answer.json();
        wait = Math.max(1, state.poll) * 1000;
        apply(state);
        if (state.push && pushed === null) listen();
        if (pushed?.readyState === EventSource.OPEN) wait = Math.max(wait, 15_000);
      } else if (!room.state) apply(null);
    } catch { step(); }
    polled += 1;
    if (!room.own && !room.state && polled > 2) wait = 60_000;
    if (document.hidden && !document.pictureInPictureElement) wait = Math.max(wait, 10_000);
    timer = setTimeout(poll, wait * (0.9 + Math.random() * 0.2));
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { setClock(); poll(); } });

  /* ---- countdown to the beginning, in step with the server's seconds ---- */
  const countdown = one("[data-countdown]");
  const parts = (milliseconds) => {
    const left = Math.max(0, Math.ceil(milliseconds / 1000));
    return { days: Math.floor(left / 86400), hours: Math.floor(left / 3600) % 24, minutes: Math.floor(left / 60) % 60, seconds: left % 60 };
  };
  const two = (number) => String(number).padStart(2, "0");
  const short = (milliseconds) => {
    const { days, hours, minutes, seconds } = parts(milliseconds);
    return (days || hours ? `${days * 24 + hours}:${two(minutes)}` : two(minutes)) + `:${two(seconds)}`;
  };
  const showCountdown = () => {
    if (!countdown) return;
    countdown.hidden = room.phase !== "before" || !known;
    if (countdown.hidden) return;
    const left = parts(starts - room.now());
    if (!countdown.children.length) countdown.append(...Object.keys(left).map((name) => room.make("span", {}, room.make("b"), room.make("small", {}, words[name]))));
    Object.values(left).forEach((value, place) => { countdown.children[place].firstChild.textContent = two(value); });
  };

  /* ---- the card of what is shown now: it comes when the picture says it, not when the news arrives ---- */
  const pinCard = one("[data-pin]"), flashCard = one("[data-flash]");
  const rows = new Map(all("[data-row]").map((row) => [Number(row.dataset.row), row]));
  room.rows = rows;
  const put = (card, row) => {
    const picture = one("picture, img", row)?.cloneNode(true);
    for (const each of picture ? all("source, img", picture) : []) each.removeAttribute("loading");
    one("[data-picture]", card).replaceChildren(...(picture ? [picture] : []));
    one("[data-title]", card).textContent = one(".card-title a", row).textContent;
  };
  const isOut = (number) => (room.state?.sold_out || []).includes(number);
  let pinned = "";
  const showPin = () => {
    const at = room.date() ?? room.now();
    const found = room.chapter ? room.chapter() : (room.state?.pins || []).filter((pin) => pin.at <= at && (!pin.until || at < pin.until)).pop();
    const row = found && ["live", "interrupted", "replay"].includes(room.phase) ? rows.get(found.number) : null;
    room.pin = row ? found : null;
    pinCard.hidden = !row;
    const cut = row && room.flash?.number === found.number && room.flash.left > 0 && room.flash.starts <= room.now() ? room.flash : null;
    const mark = row ? `${found.id ?? found.pin} ${isOut(found.number)} ${cut?.price}` : "";
    if (mark === pinned) return;
    pinned = mark;
    room.emit("pin", room.pin);
    if (!row) return;
    put(pinCard, row);
    one("[data-number]", pinCard).textContent = found.number;
    one("[data-price]", pinCard).replaceChildren(...(cut ? [room.make("bdi", {}, room.price(cut.price))] : all("[data-price] > *", row).map((each) => each.cloneNode(true))));
    const button = one("[data-get]", pinCard);
    button.textContent = isOut(found.number) ? words.sold_out : words.buy;
    button.toggleAttribute("disabled", isOut(found.number));
  };
  let offered = "";
  const showFlash = () => {
    const now = room.now(), found = (room.state?.flash || []).find((each) => now < each.ends && now > each.starts - 600_000);
    const row = found && rows.get(found.number);
    room.flash = row ? found : null;
    flashCard.hidden = !row;
    if (!row) { offered = ""; return; }
    const soon = now < found.starts;
    one("[data-clock]", flashCard).textContent = short((soon ? found.starts : found.ends) - now);
    const mark = `${found.id} ${soon} ${found.left} ${found.price}`;
    if (mark === offered) return;
    offered = mark;
    put(flashCard, row);
    const kind = all("option", row).find((each) => each.value === found.sku)?.dataset.label;
    if (kind) one("[data-title]", flashCard).textContent += ` · ${kind}`;
    one("[data-flash-label]", flashCard).textContent = soon ? words.flash_soon : words.flash;
    one("[data-price]", flashCard).textContent = room.price(found.price);
    one("[data-was]", flashCard).textContent = found.was > found.price ? room.price(found.was) : "";
    one("[data-left]", flashCard).textContent = found.left > 0 ? room.fill(words.flash_left, { number: found.left }) : words.flash_gone;
    one("[data-get]", flashCard).toggleAttribute("disabled", soon || found.left <= 0);
  };
  let beating;
  const tick = () => {
    clearTimeout(beating);
    step();
    late();
    showCountdown();
    showPin();
    showFlash();
    // The next look is a hair after the server's second begins, and four times a second while pictures run.
    const rest = 1000 - (room.now() % 1000) + 5;
    beating = setTimeout(tick, ["live", "interrupted", "replay"].includes(room.phase) ? Math.min(rest, 250) : rest);
  };

  /* ---- likes: felt at once, sent every three seconds ---- */
  const like = one("[data-like]"), likes = one("[data-likes]"), hearts = one("[data-hearts]");
  let liked = 0, total = 0;
  const HEART = "M12 20S4 15 4 9.300A4.300 4.300 0 0 1 12 7.200a4.300 4.300 0 0 1 8 2.100C20 15 12 20 12 20Z";
  const rise = () => {
    if (!hearts || still.matches || hearts.children.length > 14 || document.hidden) return;
    const heart = room.icon(HEART);
    hearts.append(heart);
    const side = (Math.random() - 0.5) * 56, size = 0.8 + Math.random() * 0.5;
    heart.animate(
      [{ transform: `scale(${size * 0.4})`, opacity: 0 }, { transform: `translate(${side * 0.3}px, -40px) scale(${size})`, opacity: 0.95, offset: 0.2 }, { transform: `translate(${side}px, -210px) scale(${size})`, opacity: 0 }],
      { duration: 1700 + Math.random() * 500, easing: "ease-out" },
    ).finished.catch(() => {}).finally(() => heart.remove());
  };
  const showLikes = () => {
    const sum = total + liked;
    likes.textContent = sum ? counted.format(sum) : "";
  };
  like?.addEventListener("click", () => {
    liked += 1;
    like.classList.add("is-on");
    rise();
    showLikes();
  });
  setInterval(() => {
    if (!liked) return;
    const count = Math.min(liked, 30);
    liked = 0;
    total += count;
    room.send("like", { count }).catch(() => {});
  }, 3000);
  room.on("state", (state) => {
    if (!state || !likes) return;
    const more = state.likes - total;
    if (total && more > 0) for (let number = 0; number < Math.min(more, 3); number += 1) setTimeout(rise, number * 320);
    total = Math.max(total, state.likes);
    showLikes();
  });

  /* ---- what others just bought ---- */
  const order = one("[data-order]");
  let ordered = null, fading;
  room.on("state", (state) => {
    const fresh = (state?.orders || []).filter((each) => each.at > (ordered ?? room.now() - 20_000));
    if (ordered === null) ordered = room.now() - 20_000;
    if (!fresh.length || !order) return;
    const last = fresh.reduce((newest, each) => (each.at > newest.at ? each : newest));
    ordered = last.at;
    order.textContent = room.fill(last.number ? words.order : words.order_plain, last);
    order.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => { order.hidden = true; }, 5000);
  });

  /* ---- signs of life, from as many viewers as the room asks for ---- */
  const luck = Math.random();
  let seconds = 0, clicks = {};
  room.clicked = (product) => { clicks[product] = (clicks[product] || 0) + 1; };
  room.watched = () => { seconds += 1; };
  // The first one comes at some moment of the first round, so that a crowd that arrives at once does not beat at once.
  let beats = Math.floor(Math.random() * 12);
  setInterval(() => {
    const beat = room.state?.beat;
    if (!beat || !["live", "interrupted"].includes(room.phase) || luck >= beat.sample) return;
    if (!room.own && !document.hidden) seconds += 1;
    beats += 1;
    if (beats < beat.every) return;
    beats = 0;
    const said = { seconds: Math.min(seconds, 2 * beat.every), clicks };
    seconds = 0;
    clicks = {};
    room.send("beat", said).catch(() => {});
  }, 1000);

  /* ---- a reminder ---- */
  const remind = one("[data-remind]");
  remind?.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = one("[data-remind-said]", remind), button = one("button", remind);
    button.setAttribute("aria-busy", "true");
    fetch(remind.action, { method: "POST", body: new URLSearchParams(new FormData(remind)), headers: { Accept: "application/json" } })
      .then(async (answer) => ({ good: answer.ok, ...(await answer.json()) }))
      .then(({ good, message }) => {
        said.textContent = message || (good ? words.remind_sent : words.remind_wrong);
        if (good) one("span", remind).hidden = true;
      })
      .catch(() => { said.textContent = words.paused; })
      .finally(() => { said.hidden = false; button.removeAttribute("aria-busy"); });
  });

  room.start = () => {
    setClock();
    setInterval(setClock, 600_000);
    poll();
  };
  document.addEventListener("DOMContentLoaded", room.start);
})();
