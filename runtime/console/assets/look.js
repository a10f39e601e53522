// The page editor works without this; with it the page is redrawn as one writes, and nothing loads anew.
import { draw, every, find, fit, frame, mark, narrow, page, redraw, reload, show, state, under } from "./look-page.js";

const editor = find("[data-look]");

if (editor) {
  const words = JSON.parse(editor.dataset.words);
  const form = find("#look-form");
  const token = find("meta[name=csrf-token]").content;
  let dirty = false;
  let waiting = 0;
  let asking = null;

  // ---- what is told in the bar
  const say = (text) => { const told = find(".look-saved", form); if (told) told.textContent = text; };

  async function preview() {
    asking?.abort();
    asking = new AbortController();
    const data = plain();
    const [path, query = ""] = form.getAttribute("action").split("?");
    const answer = await fetch(`${path}/preview?${query}`, { method: "POST", body: data, headers: { "X-Csrf-Token": token, Accept: "application/json" }, signal: asking.signal }).catch(() => null);
    if (!answer?.ok) return;
    const { html, problems } = await answer.json();
    redraw(html);
    tell(problems);
  }

  // What is wrong is told at its field while one writes, in the words of the check; what was mended goes.
  function tell(problems) {
    for (const told of every("[data-told]", form)) told.remove();
    for (const [id, texts] of Object.entries(problems)) {
      const field = document.getElementById(id);
      if (!field || field === document.activeElement || form.querySelector(`[id="${CSS.escape(id)}-problem"]`)) continue;
      const told = document.createElement("p");
      told.className = "problem";
      told.dataset.told = "";
      told.textContent = texts[0];
      (field.closest(".affixed, .picture") ?? field).before(told);
    }
  }

  function plain() {
    const data = new FormData(form);
    for (const [name, sent] of [...data]) if (sent instanceof File) data.delete(name);
    return new URLSearchParams(data);
  }

  form.addEventListener("input", () => {
    if (form.hidden) return;
    dirty = true;
    say(words.unsaved);
    clearTimeout(waiting);
    waiting = setTimeout(preview, 180);
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  function attach() {
    if (!page()?.body) return;
    let over = "";
    page().addEventListener("mouseover", (event) => {
      over = under(event.target);
      draw(find("[data-mark]"), over === state.chosen ? "" : over);
    });
    page().documentElement.addEventListener("mouseleave", () => draw(find("[data-mark]"), ""));
    page().addEventListener("scroll", () => { mark(); draw(find("[data-mark]"), ""); }, { passive: true });
    page().addEventListener("click", (event) => {
      event.preventDefault();
      const place = under(event.target);
      const part = event.target.closest?.("header, .announcement") ? "header" : event.target.closest?.("footer") ? "footer" : "";
      const link = place ? find(`[data-place="${CSS.escape(place)}"] [data-open]`) : part ? find(`.look-parts a[href*="/theme/${part}"]`) : null;
      if (link) go(link.href).then(() => { if (narrow()) look("edit"); });
    }, true);
    page().addEventListener("submit", (event) => event.preventDefault(), true);
    page().addEventListener("keydown", keys);
    new ResizeObserver(mark).observe(page().body);
    show(state.chosen);
    mark();
  }

  // ---- one way for everything: ask the server for the editor as it is then, and put its parts in place
  function take(text, address) {
    const made = new DOMParser().parseFromString(text, "text/html");
    const list = find("#look-list", made);
    const other = find("#look-form", made);
    if (!list || !other) return false;
    clearTimeout(waiting);
    asking?.abort();
    const open = every(".look-fold[open]").map((each) => each.closest("[data-place]").dataset.place);
    for (const id of ["look-list", "look-state", "look-steps"]) document.getElementById(id).replaceWith(document.adoptNode(made.getElementById(id)));
    for (const place of open) find(`#look-list > .look-items > [data-place="${CSS.escape(place)}"] > .look-fold`)?.setAttribute("open", "");
    form.replaceChildren(...[...other.childNodes].map((each) => document.adoptNode(each)));
    form.setAttribute("action", other.getAttribute("action"));
    form.hidden = other.hidden;
    editor.classList.toggle("look-editing", !form.hidden);
    const shown = find(".look-shown", made);
    if (shown) find(".look-shown").replaceWith(document.adoptNode(shown));
    const next = find("#look-frame", made).getAttribute("src");
    if (next !== frame.getAttribute("src")) frame.setAttribute("src", next);
    form.dispatchEvent(new Event("sheet:filled"));
    dirty = false;
    state.chosen = find(".look-name[aria-current]")?.closest("[data-place]").dataset.place ?? "";
    const done = find(".notice[data-passing]", made);
    if (done) toast(done.textContent.trim());
    if (address) {
      const url = new URL(address, location.href);
      url.searchParams.delete("done");
      if (url.href !== location.href) history.pushState(null, "", url);
    }
    mark();
    return true;
  }

  async function send(address, body) {
    editor.setAttribute("aria-busy", "true");
    const wish = body ? { method: "POST", body, headers: { "X-Csrf-Token": token, Accept: "text/html" } } : { headers: { Accept: "text/html" } };
    const answer = await fetch(address, wish).catch(() => null);
    editor.removeAttribute("aria-busy");
    if (!answer) { toast(words.offline); return null; }
    return { status: answer.status, url: answer.url, text: await answer.text() };
  }

  function toast(text) {
    find(".toast")?.remove();
    const told = document.createElement("p");
    told.className = "toast";
    told.setAttribute("role", "status");
    document.body.append(told);
    told.textContent = text;
    setTimeout(() => told.remove(), 3500);
  }

  async function go(address) {
    if (dirty && !await save()) return;
    const answer = await send(address);
    if (!answer || !take(answer.text, answer.url)) { if (answer) location.href = address; return; }
    show(state.chosen);
    const head = find(".look-form-head h2", form);
    (form.hidden ? find(".look-name[aria-current], .look-name") : head)?.focus?.();
    find("#look-panel").scrollTo({ top: 0 });
  }

  // A form that cannot be saved as it is (somebody else was faster, a full disk) is sent once more as a page of its own.
  async function save(submitter) {
    clearTimeout(waiting);
    say(words.saving);
    const data = new FormData(form, submitter ?? null);
    const sent = await send(form.getAttribute("action"), data);
    if (!sent) { say(words.offline); return false; }
    if (sent.status >= 400) { dirty = false; form.submit(); return false; }
    const at = document.activeElement?.id;
    const top = find("#look-panel").scrollTop;
    take(sent.text, "");
    say(words.saved);
    if (at) document.getElementById(at)?.focus();
    find("#look-panel").scrollTop = top;
    return true;
  }

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "~do") return;
    event.preventDefault();
    event.stopPropagation();
    if (await save(event.submitter)) reload();
    for (const busy of every("[aria-busy]", form)) busy.removeAttribute("aria-busy");
  });

  // One thing after the other: what is pressed while a list is on its way would mean another place of it, and is left
  // out; what was chosen among things to add waits for its turn.
  let busy = null;
  async function alone(work, patient = false) {
    if (busy && !patient) return;
    const before = busy;
    const mine = (async () => { await before; await work(); })();
    busy = mine;
    try { await mine; } finally { if (busy === mine) busy = null; }
  }

  const act = (deed, more = {}, focus = "") => alone(() => perform(deed, more, focus), deed.startsWith("add:"));

  async function perform(deed, more, focus) {
    if (dirty && !await save()) return;
    const deeds = find("#deeds");
    const data = new FormData(deeds);
    data.set("deed", deed);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    const sent = await send(deeds.action, data);
    if (!sent) return;
    if (sent.status >= 400 || !take(sent.text, sent.url)) { resend(deeds, deed, more); return; }
    if (deed.startsWith("add:")) find("#look-panel").scrollTop = 0;
    if (focus) find(`#look-list [data-place="${CSS.escape(focus)}"] > .look-row [data-grip]`)?.focus();
    reload().then(() => { if (state.chosen) show(state.chosen); });
  }

  function resend(deeds, deed, more) {
    for (const [name, value] of Object.entries({ ...more, deed })) {
      const box = document.createElement("input");
      box.type = "hidden";
      box.name = name;
      box.value = value;
      deeds.append(box);
    }
    deeds.submit();
  }

  editor.addEventListener("click", (event) => {
    const away = event.target.closest("a[href]:not([data-open], [data-list], [data-add], [target])");
    if (away && dirty) { event.preventDefault(); save().then((done) => { if (done) location.href = away.href; }); return; }
    const deed = event.target.closest("button[form=deeds]");
    const link = event.target.closest("a[data-open], a[data-list]");
    const adder = event.target.closest("a[data-add]");
    const plainly = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (deed) { event.preventDefault(); act(deed.value); }
    else if (adder && !plainly) { event.preventDefault(); choose(adder.href); }
    else if (link && !plainly) { event.preventDefault(); go(link.href); }
    const size = event.target.closest("[data-size]");
    if (size) fit(size.dataset.size);
    const side = event.target.closest("[data-switch]");
    if (side) look(side.dataset.switch);
  });
  addEventListener("popstate", () => go(location.href));

  // ---- one step back or on
  const step = (back) => alone(() => stepped(back));

  async function stepped(back) {
    if (dirty) { dirty = false; const answer = await send(location.href); if (answer) take(answer.text, ""); reload(); return; }
    const steps = find("#look-steps");
    const button = find(back ? "[data-step-back]" : "[data-step-on]", steps);
    if (button.disabled) return;
    const sent = await send(button.getAttribute("formaction") ?? steps.action, new FormData(steps));
    if (sent && take(sent.text, sent.url)) reload();
  }
  editor.addEventListener("submit", (event) => {
    if (event.target.id !== "look-steps") return;
    event.preventDefault();
    event.stopPropagation();
    step(!event.submitter?.hasAttribute("data-step-on"));
  }, true);
  function keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.closest?.("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") { event.preventDefault(); step(key === "z" && !event.shiftKey); }
  }
  document.addEventListener("keydown", keys);

  // ---- what can be added
  async function choose(address) {
    const sent = await send(address);
    const made = sent && new DOMParser().parseFromString(sent.text, "text/html");
    const choice = made && find("#look-choice", made);
    if (!choice) { location.href = address; return; }
    const dialog = find("#look-picker");
    const head = document.createElement("div");
    head.className = "dialog-head";
    const title = document.createElement("h2");
    title.id = "look-picker-title";
    title.textContent = find("main h1", made).textContent;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "round";
    close.dataset.closes = "";
    close.setAttribute("aria-label", words.close);
    close.append(find("#look-picker-close")?.content.cloneNode(true) ?? "×");
    head.append(title, close);
    dialog.replaceChildren(head, document.adoptNode(choice));
    dialog.showModal();
    if (matchMedia("(pointer: fine)").matches) find("[data-look-search]", dialog)?.focus();
  }
  find("#look-picker").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const at = find("input[name=at]", event.target).value;
    find("#look-picker").close();
    act(event.submitter.value, { at });
  });
  find("#look-picker").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    let left = 0;
    for (const each of every(".look-kinds > li", find("#look-picker"))) {
      each.hidden = !each.textContent.toLowerCase().includes(wanted);
      left += each.hidden ? 0 : 1;
    }
    find("[data-look-none]", find("#look-picker")).hidden = left > 0;
  });

  // ---- order: dragged by mouse or finger, or moved with the arrow keys
  editor.addEventListener("keydown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const item = grip.closest("[data-place]");
    const place = item.dataset.place;
    const index = Number(place.split(".").at(-1));
    const to = index + (event.key === "ArrowUp" ? -1 : 1);
    if (to < 0 || to >= item.parentElement.children.length) return;
    const base = place.includes(".") ? `${place.split(".")[0]}.` : "";
    act(`move:${place}`, { to }, `${base}${to}`).then(() => toast(words.moved.replace("{at}", to + 1)));
  });

  editor.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const item = grip.closest("[data-place]");
    const list = item.parentElement;
    const from = [...list.children].indexOf(item);
    const panel = find("#look-panel");
    let moved = false;
    const move = (now) => {
      if (!moved && Math.abs(now.clientY - event.clientY) < 5) return;
      moved = true;
      item.classList.add("look-dragged");
      list.classList.add("look-dragging");
      const others = [...list.children].filter((each) => each !== item);
      const after = others.find((each) => { const { top, height } = each.getBoundingClientRect(); return now.clientY < top + height / 2; });
      // The others step aside: an element that is itself put elsewhere loses the pointer that holds it.
      const at = after ? others.indexOf(after) : others.length;
      while ([...list.children].indexOf(item) > at) item.after(item.previousElementSibling);
      while ([...list.children].indexOf(item) < at) item.before(item.nextElementSibling);
      const { top, bottom } = panel.getBoundingClientRect();
      if (now.clientY < top + 48) panel.scrollBy(0, -12);
      if (now.clientY > bottom - 48) panel.scrollBy(0, 12);
    };
    const end = (now) => {
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", end);
      grip.removeEventListener("pointercancel", end);
      item.classList.remove("look-dragged");
      list.classList.remove("look-dragging");
      const to = [...list.children].indexOf(item);
      if (!moved) { grip.focus(); return; }
      if (now.type === "pointercancel") { list.insertBefore(item, list.children[from + (from < to ? 0 : 1)] ?? null); return; }
      if (to !== from) act(`move:${item.dataset.place}`, { to });
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end);
    grip.addEventListener("pointercancel", end);
  });

  function look(side) {
    editor.classList.toggle("look-at-page", side === "page");
    for (const each of every("[data-switch]")) each.setAttribute("aria-pressed", String(each.dataset.switch === side));
    fit();
    if (side === "page") show(state.chosen);
  }
  new ResizeObserver(() => fit()).observe(find("[data-screen]"));
  frame.addEventListener("load", attach);
  if (page()?.readyState === "complete") attach();
  state.chosen = find(".look-name[aria-current]")?.closest("[data-place]").dataset.place ?? "";
}

// ---- what a publish would change is told as soon as it is known
for (const place of every("[data-plan]")) {
  const told = document.createElement("p");
  told.className = "muted look-waits";
  told.setAttribute("role", "status");
  told.textContent = place.dataset.wait;
  const kept = [...place.childNodes];
  place.replaceChildren(told);
  fetch(place.dataset.plan, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((text) => place.replaceChildren(document.adoptNode(new DOMParser().parseFromString(text, "text/html").getElementById("plan"))))
    .catch(() => place.replaceChildren(...kept));
}
