// The wizard works without this; with it the sign is painted while one types, and a colour shows at once.
const find = (selector, within = document) => within.querySelector(selector);
const every = (selector, within = document) => [...within.querySelectorAll(selector)];

function sign() {
  const field = find("[data-names]");
  const board = find("[data-sign]");
  if (!field || !board) return;
  const empty = board.textContent;
  field.addEventListener("input", () => { board.textContent = [...field.value.trim()].slice(0, 60).join("") || empty; });
}

// Signs are counted as a reader counts them; what is too long stays, and is told.
function counters() {
  for (const field of every("[data-limit]")) {
    const limit = Number(field.dataset.limit);
    const told = document.createElement("p");
    told.className = "counter";
    told.setAttribute("aria-live", "polite");
    field.after(told);
    const count = () => {
      const used = [...field.value].length;
      const left = limit - used;
      told.textContent = used > limit * 0.8 ? `${used} / ${limit}` : "";
      told.classList.toggle("counter-over", left < 0);
    };
    field.addEventListener("input", count);
    count();
  }
}

// While signs are being composed, Enter chooses one of them and sends nothing.
function composing() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
    if (event.key === "Enter" && event.keyCode === 229 && event.target.matches("input")) event.preventDefault();
  }, true);
}

function secrets() {
  for (const button of every("[data-show]")) {
    const field = find("[data-secret]", button.parentElement);
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      [button.textContent, button.dataset.show] = [button.dataset.show, button.textContent];
      field.focus();
    });
  }
}

function photos() {
  for (const field of every("[data-photo]")) {
    field.addEventListener("change", () => {
      const [file] = field.files;
      if (!file || !file.type.startsWith("image/")) return;
      let picture = find("img", field.parentElement);
      if (!picture) {
        picture = document.createElement("img");
        picture.alt = "";
        field.after(picture);
      }
      picture.src = URL.createObjectURL(file);
    });
  }
}

function colours() {
  const phone = find("[data-phone]");
  const frame = find("[data-preview]");
  const form = find("form[data-setup]");
  if (!phone || !frame || !form) return;
  let wanted = 0;
  for (const each of every("[data-colors]")) {
    each.addEventListener("change", async () => {
      const mine = ++wanted;
      phone.classList.add("busy");
      const body = new URLSearchParams(new FormData(form));
      body.set("go", "preview");
      const answer = await fetch(form.action, { method: "POST", body });
      if (mine !== wanted) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = find("[data-preview]", page);
      if (fresh) frame.src = fresh.getAttribute("src");
      frame.addEventListener("load", () => phone.classList.remove("busy"), { once: true });
    });
  }
}

function opening() {
  const form = find("[data-opening]");
  form?.addEventListener("submit", () => { find("[data-building]").hidden = false; });
  addEventListener("pageshow", () => { const shown = find("[data-building]"); if (shown) shown.hidden = true; });
}

for (const begin of [sign, counters, composing, secrets, photos, colours, opening]) begin();
