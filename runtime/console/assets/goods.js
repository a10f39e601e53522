// Products and shelves work without this; with it photos are sent at once and dragged, names are made, rules are tried.
(() => {
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const token = () => document.querySelector("meta[name=csrf-token]").content;
const changed = (element) => element.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
const media = (name) => `/console/media/${encodeURIComponent(name).replaceAll("%2F", "/")}`;

function later(work, wait = 250) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => work(...given), wait); };
}

function fresh(list) {
  const used = all("[data-entry]", list).map((one) => one.dataset.entry).filter((one) => /^n\d+$/.test(one)).map((one) => Number(one.slice(1)));
  return `n${Math.max(-1, ...used) + 1}`;
}

// A new entry from the list's template; names and values of its own are put in by whoever asks.
function stamp(template, list, title = "") {
  const entry = template.content.firstElementChild.cloneNode(true);
  const name = fresh(list);
  for (const one of [entry, ...all("*", entry)]) for (const each of [...one.attributes]) if (/TOKEN|TITLE/.test(each.value)) one.setAttribute(each.name, each.value.replaceAll("TOKEN", name).replaceAll("TITLE", title));
  list.append(entry);
  return entry;
}

// ---- photos
async function upload(file) {
  const data = new FormData();
  data.set("file", file);
  const answer = await fetch("/console/media", { method: "POST", body: data, headers: { "X-Csrf-Token": token(), Accept: "application/json" } }).catch(() => null);
  const said = answer ? await answer.json().catch(() => ({})) : {};
  return answer?.ok ? { file: said.file } : { message: said.message ?? "" };
}

function photos(card) {
  const list = card.querySelector("[data-entries]");
  const sending = card.querySelector("[data-sending]");
  const put = async (files) => {
    sending.hidden = false;
    card.querySelector("[data-refused]")?.remove();
    for (const one of files) {
      const { file, message } = await upload(one);
      if (file) {
        const entry = stamp(card.querySelector("template[data-photo]"), list);
        all("input", entry)[1].value = file;
        const image = new Image(240, 240);
        image.alt = "";
        image.draggable = false;
        image.src = media(file);
        entry.querySelector(".photo-shown").append(image);
        changed(list);
      } else if (message) {
        const told = document.createElement("p");
        told.className = "problem";
        told.dataset.refused = "";
        told.setAttribute("role", "alert");
        told.textContent = message;
        list.after(told);
      }
    }
    sending.hidden = true;
  };
  card.addEventListener("change", (event) => {
    if (event.target.type !== "file" || event.target.name !== "~pictures" || !event.target.files.length) return;
    event.stopPropagation();
    const files = [...event.target.files];
    event.target.value = "";
    put(files);
  });
  const drop = card.querySelector("[data-drop]");
  card.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); drop.classList.add("over"); } });
  card.addEventListener("dragleave", () => drop.classList.remove("over"));
  card.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    put([...event.dataTransfer.files]);
  });
}

// ---- dragging entries: by a mouse anywhere on a photo, by its grip in a list; fingers use the buttons or the grip
function dragging(list, handle) {
  let held = null;
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(handle);
    if (!grip || event.button || (event.pointerType !== "mouse" && handle !== "[data-grip]")) return;
    held = event.target.closest("[data-entry]");
    event.preventDefault();
    const move = (moving) => {
      held.classList.add("dragged");
      const over = document.elementFromPoint(moving.clientX, moving.clientY)?.closest("[data-entry]");
      if (!over || over === held || over.parentElement !== list) return;
      const before = held.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_PRECEDING;
      before ? over.before(held) : over.after(held);
    };
    const end = () => {
      held.classList.remove("dragged");
      held = null;
      removeEventListener("pointermove", move);
      changed(list);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end, { once: true });
  });
}

// ---- a new product's photos are shown before they are sent, and its address is made from its name
function showing(drop) {
  const shown = drop.querySelector("[data-shown]");
  drop.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    shown.replaceChildren(...all("input[type=file]", drop).flatMap((input) => [...input.files]).slice(0, 12).map((file) => {
      const tile = document.createElement("span");
      tile.className = "photo photo-shown";
      const image = new Image();
      image.alt = file.name;
      const reader = new FileReader();
      reader.addEventListener("load", () => { image.src = reader.result; });
      reader.readAsDataURL(file);
      tile.append(image);
      return tile;
    }));
  });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const input = drop.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function naming(form) {
  const handle = form.elements.handle;
  let own = handle.value !== "";
  handle.addEventListener("input", () => { own = handle.value !== ""; });
  form.elements.title.addEventListener("input", later(async () => {
    if (own) return;
    const asked = new URLSearchParams({ title: form.elements.title.value, kind: form.dataset.naming });
    const answer = form.elements.title.value.trim() ? await fetch(`/console/products/~handle.json?${asked}`, { headers: { Accept: "application/json" } }).catch(() => null) : null;
    const said = answer?.ok ? (await answer.json()).handle : "";
    if (!own) handle.placeholder = said;
  }));
}

// ---- shelves: what a rule finds now, and products to add by searching
function previewing(form) {
  const look = later(async () => {
    if (form.elements["~kind"].value !== "rule") return;
    const data = new FormData(form);
    for (const [name, sent] of [...data]) if (sent instanceof File) data.delete(name);
    data.set("~do", "show");
    const place = document.getElementById("preview");
    place.classList.add("busy");
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok) {
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
      if (found) place.replaceChildren(...found.childNodes);
    }
    place.classList.remove("busy");
  }, 400);
  form.addEventListener("input", (event) => { if (event.target.id !== "find") look(); });
}

function finding(finder) {
  const box = finder.querySelector("input");
  const shown = finder.querySelector("[data-finds]");
  const told = finder.querySelector("[data-found]");
  const card = finder.closest("[data-rows]");
  const list = card.querySelector("[data-entries]");
  const there = () => all("[data-entry] input[type=hidden]:last-of-type", list).map((one) => one.value);
  box.removeAttribute("list");
  const add = (row) => {
    if (there().includes(row.handle)) return;
    const entry = stamp(card.querySelector("template[data-item]"), list, row.title);
    const [title, detail] = [entry.querySelector(".order-title"), entry.querySelector(".muted")];
    title.textContent = row.title;
    detail.textContent = row.price;
    all("input", entry).at(-1).value = row.handle;
    if (row.picture) {
      const image = new Image(48, 48);
      image.className = "thumb";
      image.alt = "";
      image.src = row.picture;
      entry.querySelector(".thumb").replaceWith(image);
    }
    card.querySelector("[data-bare]")?.remove();
    changed(list);
  };
  const look = later(async () => {
    const q = box.value.trim();
    const answer = q ? await fetch(`/console/products/~find.json?${new URLSearchParams({ q })}`, { headers: { Accept: "application/json" } }).catch(() => null) : null;
    const { found } = answer?.ok ? await answer.json() : { found: [] };
    shown.hidden = !found.length;
    told.textContent = q ? told.dataset.words.replace("{count}", found.length) : "";
    shown.replaceChildren(...found.map((row) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(there().includes(row.handle)));
      const image = row.picture ? new Image(48, 48) : document.createElement("span");
      image.className = "thumb";
      if (row.picture) { image.alt = ""; image.src = row.picture; }
      const words = document.createElement("span");
      words.className = "grow";
      words.textContent = row.title;
      const price = document.createElement("span");
      price.className = "money small muted";
      price.textContent = row.price;
      button.append(image, words, price);
      button.addEventListener("click", () => { add(row); button.setAttribute("aria-pressed", "true"); });
      item.append(button);
      return item;
    }));
  });
  box.addEventListener("input", (event) => { event.stopPropagation(); look(); });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    shown.querySelector("button")?.click();
  });
}

const WORKS = [
  ["[data-photos]", (card) => { photos(card); dragging(card.querySelector("[data-entries]"), ".photo-shown"); }],
  [".shelf-list", (list) => dragging(list, "[data-grip]")],
  ["[data-drop-files]", showing],
  ["form[data-naming]", naming],
  ["form[data-shelf]", previewing],
  ["[data-finder]", finding],
];
const done = new WeakSet();

// The form may be put in place anew by the server's answer: what is new in it gets its work, too.
function begin() {
  for (const [selector, work] of WORKS) for (const each of all(selector)) if (!done.has(each)) { done.add(each); work(each); }
}
begin();
for (const form of all("form[data-sheet]")) new MutationObserver(begin).observe(form, { childList: true });
})();
