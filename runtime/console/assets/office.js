// The console works without this; with it, things are a little quicker: shortcuts, dialogs, steppers, unsaved changes.
const root = document.documentElement;
root.classList.add("js");
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const visible = (element) => element.getClientRects().length > 0;

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function scrolling() {
  const tell = () => root.classList.toggle("scrolled", scrollY > 4);
  addEventListener("scroll", tell, { passive: true });
  tell();
}

// On a phone the tab that one is on may stand beyond the edge.
function tabs() {
  for (const each of all(".tabs [aria-current]")) {
    const bar = each.parentElement;
    bar.scrollLeft = each.offsetLeft - bar.offsetLeft - (bar.clientWidth - each.offsetWidth) / 2;
  }
}

function mistakes() {
  const found = document.querySelector("[data-mistakes]");
  if (found) found.focus();
}

// What was done is told once: loading the page again does not tell it again.
function passing() {
  if (!document.querySelector("[data-passing]")) return;
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(history.state, "", address);
}

function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (event.target.closest("[data-closes]") || event.target.tagName === "DIALOG") event.target.closest("dialog").close();
  });
}

function menus() {
  document.addEventListener("click", (event) => {
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(event.target) || event.target.closest(".menu-list")) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (location.hash === "#areas") location.hash = "#main";
  });
  addEventListener("hashchange", () => {
    if (location.hash === "#areas") document.querySelector(".side-link")?.focus();
  });
}

function shortcuts() {
  let leading = false;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (leading) {
      leading = false;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) {
        event.preventDefault();
        link.click();
        return;
      }
    }
    if (event.key === "g") {
      leading = true;
      setTimeout(() => { leading = false; }, 1500);
    } else if (event.key === "/") {
      const field = all("[data-search]").find(visible);
      if (field) {
        event.preventDefault();
        field.select();
      }
    } else if (event.key === "?") {
      document.getElementById("shortcuts")?.showModal();
    }
  });
}

function steppers() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const field = button.closest("[data-stepper]").querySelector("input");
    const wanted = Number(field.value || 0) + Number(button.dataset.step);
    const most = field.max === "" ? Infinity : Number(field.max);
    field.value = String(Math.max(Number(field.min || 0), Math.min(most, wanted)));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// A form with data-dirty="…" says so in its save bar, and asks before its changes are left behind.
function guarding() {
  let dirty = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-dirty]");
    if (!form) return;
    dirty = true;
    const bar = form.querySelector(".savebar");
    bar?.classList.add("dirty");
    const note = bar?.querySelector(".savebar-note");
    if (note && note.textContent !== form.dataset.dirty) note.textContent = form.dataset.dirty;
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  document.addEventListener("submit", () => { dirty = false; });
}

// A second press does not send a form twice; coming back lets it be sent again.
function sending() {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button || event.target.method !== "post") return;
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => { for (const busy of all("[aria-busy=true]")) busy.removeAttribute("aria-busy"); });
}

function small() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const each of all(event.target.dataset.all)) each.checked = event.target.checked;
    if (event.target.matches("form[data-auto] :is(select, input[type=radio], input[type=checkbox])")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    await navigator.clipboard.writeText(button.dataset.copy);
    if (button.dataset.copied) toast(button.dataset.copied);
  });
}

function toast(text) {
  document.querySelector(".toast")?.remove();
  const told = document.createElement("p");
  told.className = "toast";
  told.setAttribute("role", "status");
  document.body.append(told);
  told.textContent = text;
  setTimeout(() => told.remove(), 4000);
}

for (const begin of [scrolling, tabs, mistakes, passing, dialogs, menus, shortcuts, steppers, guarding, sending, small]) begin();
