// Pages and menus work without this; with it a text is marked by buttons and seen while one writes, and entries are dragged.
(() => {
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const token = () => document.querySelector("meta[name=csrf-token]").content;
const changed = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));

// ---- writing
function put(box, text, from, to) {
  box.focus();
  const start = box.selectionStart;
  box.setRangeText(text, start, box.selectionEnd, "end");
  if (from !== undefined) box.setSelectionRange(start + from, start + (to ?? from));
  changed(box);
}

// Whole lines of what is chosen get a sign before them, or lose it.
function lines(box, sign) {
  const before = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const after = box.value.indexOf("\n", box.selectionEnd);
  box.setSelectionRange(before, after < 0 ? box.value.length : after);
  const chosen = box.value.slice(box.selectionStart, box.selectionEnd).split("\n");
  const marked = chosen.every((one) => one.startsWith(sign) || !one.trim());
  const bare = (one) => one.replace(/^(#{1,6} |[-*] |> )/, "");
  const text = chosen.map((one) => (marked && one.trim() ? bare(one) : one.trim() || chosen.length === 1 ? sign + bare(one) : one)).join("\n");
  put(box, text, text.length);
}

function bold(box) {
  const chosen = box.value.slice(box.selectionStart, box.selectionEnd);
  if (/^\*\*.+\*\*$/s.test(chosen)) put(box, chosen.slice(2, -2), 0, chosen.length - 4);
  else put(box, `**${chosen}**`, 2, 2 + chosen.length);
}

function mark(box, what) {
  if (what === "bold") bold(box);
  else lines(box, { heading: "## ", list: "- ", quote: "> " }[what]);
}

function later(work, wait) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
}

function writing(card) {
  const box = card.querySelector("[data-body]");
  const paper = card.querySelector("[data-paper]");
  const panes = card.querySelector(".panes");
  panes.dataset.shown = "write";
  let last = box.value;
  let asked = 0;
  const look = async () => {
    if (box.value === last) return;
    last = box.value;
    const number = ++asked;
    const data = new URLSearchParams({ body: box.value, csrf_token: token() });
    const answer = await fetch(card.dataset.previewUrl, { method: "POST", body: data, headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-preview]");
    if (found.textContent.trim() || found.querySelector("img")) paper.replaceChildren(...found.childNodes);
    else paper.textContent = paper.dataset.bare;
  };
  const soon = later(look, 300);
  box.addEventListener("input", soon);
  paper.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link) { event.preventDefault(); open(link.href, "_blank", "noopener"); }
  });
  card.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-mark]");
    if (tool) mark(box, tool.dataset.mark);
    const pane = event.target.closest("[data-pane]");
    if (!pane) return;
    panes.dataset.shown = pane.dataset.pane;
    for (const one of all("[data-pane]", card)) one.setAttribute("aria-pressed", one === pane);
    if (pane.dataset.pane === "look") look();
    else box.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    if (event.key === "b") { event.preventDefault(); bold(box); }
    if (event.key === "k") { event.preventDefault(); card.querySelector("[data-link-choose]").click(); }
  });
  card.querySelector("[data-mark-link]")?.addEventListener("input", (event) => {
    event.stopPropagation();
    const { value } = event.target;
    if (!value) return;
    const words = card.querySelector("[data-mark-link]").closest("[data-link]").querySelector("[data-link-told]").textContent.split(" · ").slice(1).join(" · ");
    const chosen = box.value.slice(box.selectionStart, box.selectionEnd) || words || value;
    put(box, `[${chosen}](${value})`);
    event.target.value = "";
    setTimeout(() => box.focus());
  });
  const button = card.querySelector(".mark-picture");
  const send = async (file) => {
    const data = new FormData();
    data.set("file", file);
    button.classList.add("busy");
    const answer = await fetch("/console/media", { method: "POST", body: data, headers: { "X-Csrf-Token": token(), Accept: "application/json" } }).catch(() => null);
    button.classList.remove("busy");
    const said = answer ? await answer.json().catch(() => ({})) : {};
    card.querySelector("[data-refused]")?.remove();
    if (answer?.ok) {
      const name = file.name.replace(/\.[^.]*$/, "").replace(/[[\]]/g, "");
      const gap = box.selectionStart && box.value[box.selectionStart - 1] !== "\n" ? "\n\n" : "";
      put(box, `${gap}![${name}](${said.file})\n`, gap.length + 2, gap.length + 2 + name.length);
    } else if (said.message) {
      const told = document.createElement("p");
      told.className = "problem";
      told.dataset.refused = "";
      told.setAttribute("role", "alert");
      told.textContent = said.message;
      box.before(told);
    }
  };
  card.addEventListener("change", (event) => {
    if (!event.target.matches("[data-mark-picture]") || !event.target.files.length) return;
    event.stopPropagation();
    send(event.target.files[0]);
    event.target.value = "";
  });
  const pictures = (transfer) => [...(transfer?.files ?? [])].filter((one) => one.type.startsWith("image/"));
  box.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); box.classList.add("over"); } });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => { box.classList.remove("over"); const [one] = pictures(event.dataTransfer); if (one) { event.preventDefault(); send(one); } });
  box.addEventListener("paste", (event) => { const [one] = pictures(event.clipboardData); if (one) { event.preventDefault(); send(one); } });
}

// ---- what a search engine would show
function snippet(shown) {
  const form = shown.closest("form");
  const { locale } = shown.dataset;
  const value = (name) => (form.elements[`${name}.${locale}`] ?? form.elements[name])?.value?.trim() ?? "";
  const plain = (text) => text.replace(/!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<[^>]*>|[*_`#>[|]+|^\s*[-+]\s+/gm, "").replace(/\s+/g, " ").trim();
  const tell = () => {
    const title = shown.querySelector("[data-snippet-title]");
    const text = shown.querySelector("[data-snippet-text]");
    const body = plain((form.elements.body?.value ?? "").slice(0, 1200));
    title.textContent = value("seo.title") || value("title") || title.dataset.bare;
    text.textContent = value("seo.description") || value("description") || (body.length > 155 ? `${body.slice(0, 154)}…` : body) || text.dataset.bare;
  };
  form.addEventListener("input", later(tell, 120));
}

// ---- menus: the server moves entries between branches and answers with the form as it is then
async function ask(form, deed, focus) {
  const data = new URLSearchParams(new FormData(form));
  data.set("~do", deed);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-menus] > fieldset");
  form.querySelector(":scope > fieldset").replaceWith(document.adoptNode(found));
  form.dispatchEvent(new Event("sheet:filled"));
  changed(form);
  const same = all("[data-menu-name]", form).find((one) => one.textContent === focus);
  (same?.closest(".menu-line").querySelector("summary") ?? form.querySelector("summary"))?.focus();
}

function name(entry) {
  return entry.querySelector("[data-menu-name]").textContent;
}

function address(entry) {
  return [entry.parentElement.dataset.branch, entry.dataset.entry];
}

function dragging(form) {
  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const held = grip.closest(".menu-entry");
    const leaf = !held.querySelector(".menu-entry");
    let into = null;
    held.classList.add("dragged");
    const move = (moving) => {
      into?.classList.remove("into");
      into = null;
      if (moving.clientY < 90) scrollBy(0, -14);
      if (moving.clientY > innerHeight - 130) scrollBy(0, 14);
      const over = document.elementFromPoint(moving.clientX, moving.clientY)?.closest(".menu-line")?.parentElement;
      if (!over || over === held || held.contains(over)) return;
      const line = over.firstElementChild.nextElementSibling.getBoundingClientRect();
      const part = (moving.clientY - line.top) / line.height;
      const outer = !over.parentElement.closest(".menu-entry");
      if (leaf && outer && part > 0.3 && part < 0.7) { into = over; over.classList.add("into"); return; }
      if (!leaf && !outer) return;
      part < 0.5 ? over.before(held) : over.after(held);
    };
    const [from, entry] = address(held);
    const stood = held.nextElementSibling;
    const end = () => {
      held.classList.remove("dragged");
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      const [to] = address(held);
      if (into) {
        into.classList.remove("into");
        const [upper, owner] = address(into);
        back();
        ask(form, `place:${from}:${entry}:${upper}.${owner}.items:`, name(held));
      } else if (to !== from) {
        const before = held.nextElementSibling?.dataset.entry ?? "";
        back();
        ask(form, `place:${from}:${entry}:${to}:${before}`, name(held));
      } else if (held.nextElementSibling !== stood) changed(form);
    };
    const home = held.parentElement;
    const back = () => home.insertBefore(held, stood);
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  });
}

function menus(form) {
  dragging(form);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[value^='nest:'], button[value^='lift:']");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form, button.value, name(button.closest(".menu-entry")));
  }, true);
  form.addEventListener("keydown", (event) => {
    const summary = event.target.closest(".menu-fold > summary");
    const what = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "nest", ArrowLeft: "lift" }[event.key];
    if (!summary || !what || !event.altKey) return;
    event.preventDefault();
    const button = summary.closest(".menu-line").querySelector(`button[value^='${what}:']`);
    if (!button) return;
    button.click();
    if (what === "up" || what === "down") summary.focus();
  });
  form.addEventListener("input", (event) => {
    const entry = event.target.closest?.(".menu-entry");
    const label = entry?.querySelector(`.menu-fold [name$='.label.${form.dataset.own}']`);
    const link = event.target.closest?.("[data-link]");
    if (entry && link) entry.querySelector("[data-menu-target]").textContent = (event.isTrusted ? "" : link.querySelector("[data-link-told]").textContent) || event.target.value;
    if (entry && event.target === label && label.value.trim()) entry.querySelector("[data-menu-name]").textContent = label.value;
  });
}

for (const one of all("[data-writing]")) writing(one);
for (const one of all("[data-snippet]")) snippet(one);
for (const one of all("form[data-menus]")) menus(one);
})();
