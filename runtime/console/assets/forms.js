// Forms made from schemas work without this; with it rows move at once, fields follow their neighbours, texts are counted.
const form = document.querySelector("form[data-sheet]");
const each = (selector, within = form) => [...within.querySelectorAll(selector)];

function touched() {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// ---- fields that hang on a neighbour's value
function value(name) {
  const found = each(`[name="${CSS.escape(name)}"]`);
  const box = found.find((one) => one.type === "checkbox" || one.type === "radio");
  if (box) return found.find((one) => one.checked)?.value ?? "";
  return found.at(-1)?.value ?? "";
}

function follow() {
  for (const field of each("[data-when]")) {
    const wanted = JSON.parse(field.dataset.when);
    const meant = Object.entries(wanted).every(([name, values]) => values.includes(value(name)));
    if (field.hidden === meant) field.hidden = !meant;
  }
}

// ---- buttons inside the form: the server answers with the form as it is then, and the list is put in place
async function ask(button) {
  const data = new FormData(form);
  for (const [name, sent] of [...data]) if (sent instanceof File) data.delete(name);
  data.set("~do", button.value);
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    form.requestSubmit(button);
    return null;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function put(place, found, focus) {
  const node = document.adoptNode(found);
  const open = each("details[open]", place).map((one) => one.closest("[data-entry]")?.id).filter(Boolean);
  place.replaceWith(node);
  for (const id of open) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
  dress(node);
  follow();
  touched();
  const first = focus ? node.querySelector(focus) : node.querySelector("input:not([type=hidden]), select, textarea");
  first?.focus();
}

async function pressed(button) {
  const [what] = button.value.split(":");
  const list = button.closest("[data-rows]");
  const row = button.closest("[data-entry]");
  if (what === "remove" && row) return remove(row);
  if ((what === "up" || what === "down") && row) {
    const other = what === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (other) what === "up" ? other.before(row) : other.after(row);
    button.focus();
    return touched();
  }
  const answer = await ask(button);
  if (!answer) return;
  const place = what === "add" ? list : button.closest(".field, .card");
  const found = place.id && answer.getElementById(place.id);
  if (what === "add" && found) {
    put(place, found, ":scope > [data-entries] > li:last-child :is(input:not([type=hidden]), select, textarea)");
    return;
  }
  const whole = answer.querySelector("form[data-sheet]");
  if (whole) {
    const fields = form.querySelector(":scope > fieldset");
    put(fields, whole.querySelector(":scope > fieldset"), null);
    document.getElementById(button.id)?.focus();
  }
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const parent = row.parentElement;
  const before = row.nextElementSibling;
  row.remove();
  touched();
  (next?.querySelector("summary, input:not([type=hidden]), select, button") ?? parent.parentElement.querySelector("button[data-do=add]"))?.focus();
  const told = document.createElement("p");
  told.className = "toast";
  told.setAttribute("role", "status");
  const back = document.createElement("button");
  back.type = "button";
  back.className = "button button-small";
  back.textContent = form.dataset.undo;
  back.addEventListener("click", () => { parent.insertBefore(row, before); told.remove(); touched(); });
  told.append(form.dataset.removed, back);
  document.querySelector(".toast")?.remove();
  document.body.append(told);
  setTimeout(() => told.remove(), 8000);
}

// ---- lists of short texts as chips; the box with one a line stays what is sent
function chips(area) {
  const shown = document.createElement("div");
  shown.className = "chips";
  const entry = document.createElement("input");
  if (area.dataset.list && document.getElementById(area.dataset.list)) entry.setAttribute("list", area.dataset.list);
  entry.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(area.id)}"]`)?.textContent.trim() ?? "");
  entry.placeholder = area.value ? "" : area.placeholder.split("\n")[0];
  entry.autocomplete = "off";
  const words = () => area.value.split("\n").map((one) => one.trim()).filter(Boolean);
  const write = (list) => { area.value = list.join("\n"); draw(); touched(); };
  const draw = () => {
    shown.replaceChildren(...words().map((word, index) => {
      const chip = document.createElement("span");
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = "×";
      away.setAttribute("aria-label", `× ${word}`);
      away.addEventListener("click", () => { write(words().filter((_, at) => at !== index)); entry.focus(); });
      chip.append(word, away);
      return chip;
    }), entry);
  };
  const take = () => {
    const found = entry.value.split(/[\n,，、;；]/).map((one) => one.trim()).filter(Boolean);
    if (!found.length) return;
    entry.value = "";
    entry.placeholder = "";
    write([...words(), ...found.filter((one) => !words().includes(one))]);
    entry.focus();
  };
  entry.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "," || event.key === "，" || event.key === "、") { event.preventDefault(); take(); }
    if (event.key === "Backspace" && !entry.value && words().length) write(words().slice(0, -1));
  });
  entry.addEventListener("change", take);
  entry.addEventListener("blur", take);
  shown.addEventListener("click", (event) => { if (event.target === shown) entry.focus(); });
  area.hidden = true;
  area.after(shown);
  draw();
}

// ---- pictures: choose, drop, upload at once
async function send(box, file) {
  const data = new FormData();
  data.set("file", file);
  box.classList.add("busy");
  const answer = await fetch("/console/media", { method: "POST", body: data, headers: { "X-Csrf-Token": document.querySelector("meta[name=csrf-token]").content, Accept: "application/json" } }).catch(() => null);
  box.classList.remove("busy");
  const said = answer ? await answer.json().catch(() => ({})) : {};
  if (answer?.ok) choose(box, said.file);
  else if (said.message) alertAt(box, said.message);
}

function alertAt(box, words) {
  const told = box.querySelector(".problem") ?? document.createElement("p");
  told.className = "problem";
  told.setAttribute("role", "alert");
  told.textContent = words;
  box.querySelector(".picture-tools").prepend(told);
}

function choose(box, name) {
  box.querySelector(".problem")?.remove();
  const field = box.querySelector("input.input");
  field.value = name;
  const image = new Image(96, 96);
  image.alt = "";
  image.src = `/console/media/${encodeURIComponent(name).replaceAll("%2F", "/")}`;
  box.querySelector(".picture-shown").replaceChildren(image);
  touched();
}

let asking = null;
async function offer(search = "") {
  const dialog = document.getElementById("pictures");
  const answer = await fetch(`/console/media?q=${encodeURIComponent(search)}`, { headers: { Accept: "application/json" } });
  const { pictures } = await answer.json();
  dialog.querySelector("[data-pick-none]").hidden = pictures.length > 0;
  dialog.querySelector("[data-pick]").replaceChildren(...pictures.map((name) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const image = new Image(120, 120);
    image.loading = "lazy";
    image.alt = "";
    image.src = `/console/media/${encodeURIComponent(name).replaceAll("%2F", "/")}`;
    button.append(image, name.split("/").at(-1));
    button.addEventListener("click", () => { choose(asking, name); dialog.close(); });
    item.append(button);
    return item;
  }));
}

// ---- how long a text is, where it has a limit
function count(box) {
  const most = Number(box.dataset.longest);
  const length = [...box.value].length;
  let told = box.parentElement.querySelector(":scope > .count");
  if (length < most * 0.8) { told?.remove(); return; }
  if (!told) {
    told = document.createElement("p");
    told.className = "count";
    told.setAttribute("aria-live", "polite");
    box.after(told);
  }
  told.classList.toggle("over", length > most);
  told.textContent = form.dataset.over.replace("{count}", length).replace("{most}", most);
}

// ---- a text in several languages: one box at a time, and all texts of the page in the same language
const kept = (value) => { try { return value === undefined ? sessionStorage.getItem("words") : sessionStorage.setItem("words", value); } catch { return null; } };

function tabs(words) {
  const list = words.querySelector(":scope > .locale-tabs");
  if (!list || list.childElementCount) return;
  list.hidden = false;
  words.classList.add("tabbed");
  for (const word of words.querySelectorAll(":scope > .word")) {
    const button = document.createElement("button");
    button.type = "button";
    button.lang = word.dataset.locale;
    button.dataset.locale = word.dataset.locale;
    button.textContent = word.dataset.language || word.dataset.locale;
    button.classList.toggle("wrong", word.querySelector(".problem") !== null);
    list.append(button);
  }
  lacking(words);
  speak(words, kept());
}

function speak(words, locale) {
  const all = [...words.querySelectorAll(":scope > .word")];
  const wanted = all.some((one) => one.dataset.locale === locale) ? locale : all[0].dataset.locale;
  for (const one of all) one.hidden = one.dataset.locale !== wanted;
  for (const one of words.querySelectorAll(":scope > .locale-tabs > button")) one.setAttribute("aria-pressed", one.dataset.locale === wanted);
}

function lacking(words) {
  const boxes = new Map([...words.querySelectorAll(":scope > .word")].map((one) => [one.dataset.locale, one.querySelector("input, textarea")?.value.trim()]));
  const some = [...boxes.values()].some(Boolean);
  for (const one of words.querySelectorAll(":scope > .locale-tabs > button")) one.classList.toggle("lacks", some && !boxes.get(one.dataset.locale));
}

// What an address or the summary of mistakes leads to is shown, wherever it is folded away.
function reveal(id) {
  const found = id && document.getElementById(id);
  if (!found) return;
  for (let at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const word = found.closest(".word");
  if (word?.hidden) speak(word.parentElement, word.dataset.locale);
  if (found.matches("input, select, textarea")) found.focus();
}

// ---- links: what the shop has is searched in a dialog
let linked = null;
function chooser() {
  const known = document.getElementById("links");
  if (known) return known;
  const dialog = document.createElement("dialog");
  dialog.id = "links";
  dialog.className = "picker";
  dialog.setAttribute("aria-labelledby", "links-title");
  document.body.append(dialog);
  let timer = 0;
  dialog.addEventListener("input", (event) => { if (event.target.matches("[data-link-search]")) { clearTimeout(timer); timer = setTimeout(() => search(dialog), 150); } });
  dialog.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-link-kind]");
    const pick = event.target.closest("[data-link-pick]");
    if (kind) { for (const one of dialog.querySelectorAll("[data-link-kind]")) one.setAttribute("aria-pressed", one === kind); search(dialog); }
    if (pick) lead(dialog, pick.dataset.linkPick, pick.dataset.words);
    if (event.target.closest("[data-link-use]")) use(dialog);
  });
  dialog.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && event.target.matches("[data-link-outside]")) { event.preventDefault(); use(dialog); } });
  return dialog;
}

async function read(query) {
  const answer = await fetch(`/console/links?${query}`, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function search(dialog) {
  const kind = dialog.querySelector("[data-link-kind][aria-pressed=true]")?.dataset.linkKind ?? "";
  const found = await read(new URLSearchParams({ q: dialog.querySelector("[data-link-search]").value, kind })).catch(() => null);
  if (found) dialog.querySelector("[data-link-found]").replaceChildren(...found.querySelector("[data-link-found]").childNodes);
}

function use(dialog) {
  const written = dialog.querySelector("[data-link-outside]").value.trim();
  if (written) lead(dialog, written, "");
}

function lead(dialog, value, words) {
  const box = linked.querySelector("input");
  box.value = value;
  linked.querySelector("[data-link-told]").textContent = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  linked.querySelector("[data-link-told]").textContent = words;
  dialog.close();
  box.focus();
}

document.addEventListener("click", async (event) => {
  const tab = event.target.closest(".locale-tabs > button");
  if (tab) { kept(tab.dataset.locale); for (const one of document.querySelectorAll("[data-words].tabbed")) speak(one, tab.dataset.locale); }
  const opener = event.target.closest("[data-link-choose]");
  if (opener) {
    linked = opener.closest("[data-link]");
    const dialog = chooser();
    const found = await read("").catch(() => null);
    if (!found?.querySelector("[data-links]")) { linked.querySelector("input").focus(); return; }
    dialog.replaceChildren(document.adoptNode(found.querySelector("[data-links]")));
    dialog.showModal();
  }
  const local = event.target.closest("a[href^='#']");
  if (local) setTimeout(() => reveal(decodeURIComponent(local.hash.slice(1))));
});
document.addEventListener("input", (event) => {
  const words = event.target.closest?.("[data-words]");
  if (words) lacking(words);
  const link = event.target.closest?.("[data-link]");
  if (link) link.querySelector("[data-link-told]").textContent = "";
});

function dress(within) {
  for (const words of within.querySelectorAll("[data-words]")) tabs(words);
  if (within.matches?.("[data-words]")) tabs(within);
  for (const area of each("textarea[data-lines]", within)) if (!area.hidden) chips(area);
}

if (form) {
  dress(form);
  follow();
  // Another script put other fields into the form.
  form.addEventListener("sheet:filled", () => { dress(form); follow(); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='~do']");
    if (button) { event.preventDefault(); pressed(button); }
    const chooser = event.target.closest("[data-choose]");
    if (chooser) { asking = chooser.closest("[data-picture]"); document.getElementById("pictures").showModal(); offer(); }
  });
  form.addEventListener("change", (event) => {
    const target = event.target;
    if (target.dataset.decides === "here") follow();
    if (target.dataset.decides === "again") {
      const button = target.parentElement.querySelector("button[value=show]");
      if (button) pressed(button);
    }
    if (target.type === "file" && target.files.length) { send(target.closest("[data-picture]"), target.files[0]); target.value = ""; }
    if (target.matches("[data-colours]")) { target.nextElementSibling.value = target.value; touched(); }
  });
  form.addEventListener("input", (event) => {
    if (event.target.dataset?.longest) count(event.target);
    if (event.target.previousElementSibling?.matches?.("[data-colours]") && /^#[0-9a-f]{6}$/i.test(event.target.value)) event.target.previousElementSibling.value = event.target.value;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.isComposing) event.preventDefault();
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("dragover", (event) => {
    const box = event.target.closest("[data-picture]");
    if (box) { event.preventDefault(); box.classList.add("over"); }
  });
  form.addEventListener("dragleave", (event) => event.target.closest("[data-picture]")?.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    const box = event.target.closest("[data-picture]");
    if (!box || !event.dataTransfer.files.length) return;
    event.preventDefault();
    box.classList.remove("over");
    send(box, event.dataTransfer.files[0]);
  });
  document.querySelector("[data-pick-search]")?.addEventListener("input", (event) => offer(event.target.value));
}
if (location.hash) reveal(decodeURIComponent(location.hash.slice(1)));
