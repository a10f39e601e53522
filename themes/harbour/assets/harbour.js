/* Harbour's improvements. Every page works without this file; nothing here is needed to find, choose or buy. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const words = JSON.parse(one("[data-words]")?.textContent || "{}");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const icon = (path, name = "") => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    shape.setAttribute("viewBox", "0 0 24 24");
    shape.setAttribute("class", `icon ${name}`);
    shape.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    shape.append(line);
    return shape;
  };
  const CROSS = "m6 6 12 12M18 6 6 18", TICK = "m5 12.5 4.5 4.5L19 7.5";
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const smooth = () => (still.matches ? "auto" : "smooth");

  /* ---- that this page is looked at, told without cookies; not by who asks not to be counted ---- */
  if ("counted" in document.body.dataset && !navigator.globalPrivacyControl && navigator.doNotTrack !== "1") {
    const told = new URLSearchParams({ page: location.pathname, query: location.search, from: document.referrer });
    const tell = () => navigator.sendBeacon?.("/api/v1/seen", told);
    if (document.prerendering) document.addEventListener("prerenderingchange", tell, { once: true }); else tell();
  }

  /* ---- menus: one open at a time; Escape and a click outside close ---- */
  const dropdowns = all("[data-dropdown]");
  for (const menu of dropdowns) {
    menu.addEventListener("toggle", () => {
      if (!menu.open) return;
      for (const other of dropdowns) if (other !== menu) other.open = false;
      one("input[type=search]", menu)?.focus();
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      one("summary", menu).focus();
    });
    menu.addEventListener("click", (event) => {
      if (event.target.closest("a")) menu.open = false;
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of dropdowns) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  for (const link of all(".nav a, .drawer-links a")) {
    if (link.pathname === location.pathname && link.host === location.host && !link.hash) link.setAttribute("aria-current", "page");
  }

  /* ---- cart: its count, and adding without leaving ---- */
  const showCount = (count) => {
    for (const badge of all("[data-cart-count]")) {
      badge.textContent = count > 99 ? "99+" : count;
      badge.hidden = !count;
    }
    for (const link of all("[data-cart]")) link.setAttribute("aria-label", fill(words.items, { number: count }));
  };
  if (/(^|; )basket=/.test(document.cookie)) {
    fetch("/api/v1/cart", { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { count: 0 }))
      .then(({ count }) => showCount(count))
      .catch(() => {});
  }
  const toast = one("[data-toast]");
  let toastTimer;
  const hideToast = () => { toast.hidden = true; };
  const showToast = (message, good = true) => {
    if (!toast) return;
    clearTimeout(toastTimer);
    const close = make("button", { class: "icon-button", type: "button", "aria-label": words.close }, icon(CROSS));
    close.addEventListener("click", hideToast);
    toast.className = good ? "toast" : "toast toast-bad";
    toast.replaceChildren(icon(good ? TICK : CROSS), make("span", {}, message), close);
    if (good) toast.append(make("a", { href: words.cart }, words.view_cart));
    toast.hidden = false;
    const wait = () => { toastTimer = setTimeout(() => (toast.matches(":hover, :focus-within") ? wait() : hideToast()), 7000); };
    wait();
  };
  toast?.addEventListener("keydown", (event) => { if (event.key === "Escape") hideToast(); });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-add]");
    const button = event.submitter;
    if (!form || event.defaultPrevented || button?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (button?.getAttribute("aria-busy") || button?.getAttribute("aria-disabled")) return;
    button?.setAttribute("aria-busy", "true");
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } })
      .then(async (answer) => ({ good: answer.ok, ...(await answer.json()) }))
      .then(({ good, count, message }) => {
        if (count !== undefined) showCount(count);
        showToast(message || (good ? words.added : words.failed), good);
      })
      .catch(() => showToast(words.paused, false))
      .finally(() => button?.removeAttribute("aria-busy"));
  });

  /* ---- quantity ---- */
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    const input = one("input", step.closest("[data-quantity]"));
    const least = Number(input.min || 0), most = Number(input.max || 999);
    const value = Math.min(most, Math.max(least, (Number(input.value) || 0) + Number(step.dataset.step)));
    if (value === Number(input.value)) return;
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* ---- forms that answer in place: the same form is sent, and the marked region of its answer replaces ours ---- */
  const swap = async (form, submitter) => {
    const region = one(form.dataset.swap);
    const data = new URLSearchParams(new FormData(form));
    if (submitter?.name) data.set(submitter.name, submitter.value);
    region.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(submitter?.getAttribute("formaction") || form.action, { method: form.method, body: data });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = one(form.dataset.swap, page);
      if (!fresh) throw new Error("no region");
      const focused = document.activeElement?.id;
      region.replaceWith(fresh);
      const count = one("[data-count]", fresh);
      if (count) showCount(Number(count.dataset.count));
      (focused && document.getElementById(focused) ? document.getElementById(focused) : one("h1", fresh) || fresh).focus();
    } catch {
      HTMLFormElement.prototype.submit.call(form);
    }
  };
  let swapTimer;
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-quantity]")?.closest("form[data-swap]");
    if (!form) return;
    clearTimeout(swapTimer);
    swapTimer = setTimeout(() => swap(form), 400);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    swap(form, event.submitter);
  });

  /* ---- product: the chosen variant, its price, stock and picture ---- */
  const printPrice = (place, price) => {
    const parts = [];
    if (price.compare_at) parts.push(make("span", { class: "visually-hidden" }, words.now));
    parts.push(make("bdi", {}, price.text));
    if (price.compare_at) parts.push(make("span", { class: "visually-hidden" }, words.before), make("s", {}, price.compare_at));
    for (const more of [price.unit, price.note]) if (more) parts.push(make("span", { class: "unit" }, more));
    place.classList.toggle("price-sale", Boolean(price.compare_at));
    place.replaceChildren(...parts);
  };
  const product = one("[data-product]");
  let refresh = () => {};
  if (product) {
    const form = one("#buy", product);
    const variants = JSON.parse(one("[data-variants]", product)?.textContent || "[]");
    const hidden = one("[data-sku]", form);
    const price = one(".product-info [data-price]", product), copy = one("[data-price-copy]", product), choice = one("[data-choice-copy]", product);
    const stock = one("[data-stock]", product), buy = one("[data-buy]", product);
    const bar = one("[data-buybar]", product);
    const add = buy.textContent;
    const slides = one("[data-slides]", product);
    const pictures = [...slides.children];
    const live = {};
    const options = () => all("input[data-option]:checked", form).map((input) => input.value);
    const chosen = () => {
      if (!hidden) return variants.find((each) => each.sku === form.elements.sku.value);
      const wanted = options();
      return variants.find((each) => each.options.every((value, place) => value === wanted[place]));
    };
    const sold = (variant) => !(live[variant.sku]?.available ?? variant.available);
    const mark = () => {
      for (const input of all(".pill input", form)) {
        let out;
        if (input.dataset.option) {
          const wanted = options();
          wanted[Number(input.dataset.option)] = input.value;
          const variant = variants.find((each) => each.options.every((value, place) => value === wanted[place]));
          out = !variant || sold(variant);
        } else out = variants.some((each) => each.sku === input.value && sold(each));
        input.parentElement.classList.toggle("is-out", out);
      }
    };
    const show = () => {
      const variant = chosen() || (variants.length < 2 ? { sku: form.elements.sku.value, available: !buy.getAttribute("aria-disabled"), price: null } : null);
      const offer = variant && live[variant.sku];
      const out = !variant || sold(variant);
      if (hidden) hidden.value = variant ? variant.sku : "";
      if (offer?.price) {
        printPrice(price, { ...offer, text: offer.price });
        copy.textContent = offer.price;
      } else if (variant?.price) {
        printPrice(price, variant.price);
        copy.textContent = variant.price.text;
      }
      if (choice && variant?.label) choice.textContent = variant.label;
      stock.className = out ? "stock stock-out" : offer?.left ? "stock stock-low" : "stock";
      stock.textContent = out ? words.sold_out : offer?.left ? fill(words.left, { number: offer.left }) : stock.dataset.stock || words.available;
      for (const button of [buy, one(".button", bar)]) {
        if (out) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
        button.textContent = out ? words.sold_out : add === words.sold_out ? words.add : add;
      }
      mark();
      return variant;
    };
    if (hidden) hidden.disabled = false;
    form.addEventListener("change", (event) => {
      if (!event.target.closest(".pill")) return;
      const variant = show();
      const slide = variant && variant.image !== null && variant.image !== undefined && pictures[variant.image];
      if (!slide) return;
      if (slides.scrollWidth > slides.clientWidth + 1) slides.scrollTo({ left: slide.offsetLeft - slides.offsetLeft, behavior: smooth() });
      else slides.prepend(slide);
    });
    refresh = (offers) => { Object.assign(live, offers); show(); };
    if (variants.length > 1) mark();

    const count = one("[data-slide-count]", product);
    if (count) {
      slides.addEventListener("scroll", () => {
        const current = Math.min(slides.children.length, Math.round(Math.abs(slides.scrollLeft) / slides.clientWidth) + 1);
        count.textContent = `${current} / ${slides.children.length}`;
      }, { passive: true });
    }
    // Everything below the screen counts as seen: only a button that left upwards needs the bar.
    new IntersectionObserver(([entry]) => {
      bar.hidden = entry.isIntersecting;
      document.documentElement.classList.toggle("has-buybar", !bar.hidden);
    }, { rootMargin: "-64px 0px 99999px" }).observe(buy);
  }

  /* ---- stock and prices of now: one small answer for all products in sight ---- */
  const offered = all("[data-offer]");
  const handles = [...new Set(offered.map((each) => each.dataset.offer))].slice(0, 50);
  let serverAhead = null;
  const offers = () => {
    if (!handles.length) return;
    fetch(`/api/v1/offers?products=${handles.map(encodeURIComponent).join(",")}&locale=${document.documentElement.lang}`)
      .then((answer) => (answer.ok ? answer.json() : { offers: {} }))
      .then(({ offers }) => {
        refresh(offers);
        for (const card of offered) {
          if (card === product) continue;
          const own = Object.values(offers).filter((each) => each.product === card.dataset.offer);
          const badge = (key) => {
            if (one(`.badge-${key}`, card)) return;
            if (!one(".badges", card)) one(".card-picture", card)?.append(make("p", { class: "badges" }));
            one(".badges", card)?.append(make("span", { class: `badge badge-${key}` }, words[key]));
          };
          if (!own.length) continue;
          const shown = one("[data-price]", card), lowest = own.reduce((least, each) => (each.amount < least.amount ? each : least));
          const text = own.some((each) => each.amount !== lowest.amount) ? fill(words.from, lowest) : lowest.price;
          if (shown && (one("bdi", shown).textContent !== text || (one("s", shown)?.textContent || "") !== lowest.compare_at)) printPrice(shown, { ...lowest, text });
          if (own.some((each) => each.available)) {
            if (own.every((each) => !each.available || each.left)) badge("last");
            continue;
          }
          card.classList.add("card-sold");
          one("form", card)?.remove();
          badge("sold_out");
        }
      })
      .catch(() => {});
  };
  offers();

  /* ---- time: countdowns and live rooms run on the server's clock ---- */
  const timed = all("[data-until], [data-live]");
  const now = () => Date.now() + (serverAhead || 0);
  const tick = (place) => {
    const clock = place.matches("[data-until-clock]") ? place : one("[data-until-clock]", place);
    const left = Math.floor((Date.parse(place.dataset.until) - now()) / 1000);
    const over = left <= 0, bargain = place.closest(".bargains");
    if (over && bargain && !place.hidden) {
      place.hidden = true;
      setTimeout(offers, 11000);
    }
    if (!clock) return;
    if (over) {
      clock.hidden = true;
      const text = one("[data-until-text]", place), after = one("[data-until-after]", place);
      if (text) text.hidden = true;
      if (after) after.hidden = false;
      return;
    }
    const parts = [["days", Math.floor(left / 86400)], ["hours", Math.floor(left / 3600) % 24], ["minutes", Math.floor(left / 60) % 60], ["seconds", left % 60]];
    if (bargain) {
      const [days, ...rest] = parts.map(([, value]) => String(value).padStart(2, "0"));
      clock.textContent = `${words.left_time} ${Number(days) ? `${Number(days)} ${words.days} ` : ""}${rest.join(":")}`;
      return;
    }
    if (clock.children.length !== 4) clock.replaceChildren(...parts.map(([name]) => make("span", {}, make("b"), make("small", {}, words[name]))));
    parts.forEach(([, value], place) => { clock.children[place].firstChild.textContent = String(value).padStart(2, "0"); });
    clock.hidden = false;
  };
  // A room of one's own is live when somebody sends, whatever was announced; one of elsewhere when its time has come.
  const rooms = {};
  const byTime = ({ starts, ends, liveOf }) => (ends && now() >= Date.parse(ends) ? "ended" : now() >= Date.parse(starts) && !liveOf ? "live" : "before");
  const askRooms = () => {
    for (const { dataset: { liveOf } } of document.hidden ? [] : all("[data-live-of]")) {
      fetch(`/live/${encodeURIComponent(liveOf)}/room.json`)
        .then((answer) => (answer.ok ? answer.json() : {}))
        .then(({ state }) => { rooms[liveOf] = state === "interrupted" ? "live" : state; })
        .catch(() => {});
    }
  };
  const liveState = (place) => {
    const state = rooms[place.dataset.liveOf] || byTime(place.dataset);
    if (place.dataset.state === state) return;
    place.dataset.state = state;
    const label = one("[data-live-state]", place);
    label.textContent = words.live[state];
    label.dataset.state = state;
    for (const each of all("[data-live-only]", place)) each.hidden = each.dataset.liveOnly !== state;
    for (const each of all("[data-watch]", place)) each.hidden = state === "before";
  };
  if (timed.length) {
    const run = () => {
      for (const each of all("[data-until]")) tick(each);
      for (const each of all("[data-live]")) liveState(each);
    };
    fetch(location.href, { method: "HEAD", cache: "no-store" })
      .then((answer) => { serverAhead = Date.parse(answer.headers.get("Date")) - Date.now() || 0; })
      .catch(() => {})
      .finally(() => { run(); setInterval(run, 1000); });
    askRooms();
    setInterval(askRooms, 30_000);
    document.addEventListener("visibilitychange", askRooms);
  }
  for (const stage of all("[data-stage]")) {
    one("button[data-watch]", stage)?.addEventListener("click", () => {
      const { src, kind, title } = stage.dataset;
      const plain = /\.(m3u8|mp4|webm)(\?|$)/.test(src) || kind === "hls" || kind === "file";
      const player = plain
        ? make("video", { src, controls: "", autoplay: "", playsinline: "", "aria-label": title })
        : make("iframe", { src, title, allow: "autoplay; fullscreen; picture-in-picture", allowfullscreen: "", referrerpolicy: "strict-origin-when-cross-origin" });
      stage.replaceChildren(player);
      player.focus();
    });
  }

  /* ---- pictures: enlarge in a dialog ---- */
  let zoom;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-zoom-picture]");
    if (!link || event.metaKey || event.ctrlKey || typeof HTMLDialogElement === "undefined") return;
    event.preventDefault();
    const shown = one("img", link);
    if (!zoom) {
      const close = make("button", { class: "icon-button", "aria-label": words.close }, icon(CROSS));
      zoom = make("dialog", { class: "zoom" }, make("i"), close);
      zoom.addEventListener("click", () => zoom.close());
      document.body.append(zoom);
    }
    const picture = one("picture", link).cloneNode(true);
    for (const each of picture.children) each.sizes = "100vw";
    zoom.firstChild.replaceWith(picture);
    zoom.setAttribute("aria-label", shown.alt);
    zoom.showModal();
  });

  /* ---- carousels ---- */
  for (const carousel of all("[data-carousel]")) {
    const track = one("[data-carousel-track]", carousel), buttons = one("[data-carousel-buttons]", carousel);
    const back = one("[data-carousel-previous]", carousel), on = one("[data-carousel-next]", carousel);
    const update = () => {
      const most = track.scrollWidth - track.clientWidth;
      buttons.hidden = most < 8;
      back.disabled = Math.abs(track.scrollLeft) < 8;
      on.disabled = Math.abs(track.scrollLeft) > most - 8;
    };
    const move = (way) => track.scrollBy({ left: way * track.clientWidth * 0.8 * (getComputedStyle(track).direction === "rtl" ? -1 : 1), behavior: smooth() });
    back.addEventListener("click", () => move(-1));
    on.addEventListener("click", () => move(1));
    track.addEventListener("scroll", update, { passive: true });
    addEventListener("resize", update, { passive: true });
    update();
  }

  /* ---- mistakes in a form: the summary takes the focus; a form is sent once ---- */
  one("[data-mistakes]")?.focus();
  const country = one("form[data-checkout] select[name=country]");
  country?.addEventListener("change", () => country.form.requestSubmit(one("[name=change_country]", country.form)));
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "true";
      setTimeout(() => { delete form.dataset.sent; }, 8000);
    });
  }
  /* ---- sharing: by the device's own sheet, else the address is copied; by which link somebody came goes along ---- */
  for (const button of all("[data-share]")) {
    button.hidden = !navigator.share && !navigator.clipboard;
    button.addEventListener("click", () => {
      const url = button.dataset.share || one("link[rel=canonical]")?.href || location.origin + location.pathname;
      if (navigator.share) navigator.share({ title: document.title, url }).catch(() => {});
      else navigator.clipboard.writeText(url).then(() => { one("span", button).textContent = button.dataset.copied; });
    });
  }
  const via = new URLSearchParams(location.search).get("via");
  if (via) document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.host !== location.host || link.pathname === location.pathname) return;
    const address = new URL(link.href);
    address.searchParams.set("via", via);
    link.href = address;
  });
  for (const button of all("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
  for (const button of all("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => navigator.clipboard.writeText(button.dataset.copy).then(() => { button.textContent = button.dataset.copied; }));
  }
})();
