// Promotions work without this; with it a trial is answered beside the form, and clocks of groups run.
(() => {
const form = document.querySelector("form[data-promotion]");

// ---- a trial: the server tries the form as it is, and only its answer is put in place
async function attempt(button) {
  const place = document.getElementById("tried");
  const data = new FormData(form);
  for (const [name, sent] of [...data]) if (sent instanceof File) data.delete(name);
  data.set("~try", "1");
  place.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "text/html" } }).catch(() => null);
  button.removeAttribute("aria-busy");
  place.classList.remove("busy");
  if (!answer || (!answer.ok && answer.status !== 422) || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [tried, law] = ["tried", "law"].map((id) => page.getElementById(id));
  if (!tried) return false;
  place.replaceChildren(...tried.childNodes);
  if (law) document.getElementById("law").replaceChildren(...law.childNodes);
  place.scrollIntoView({ block: "nearest" });
  return true;
}

form?.addEventListener("click", async (event) => {
  const button = event.target.closest("button[name='~try']");
  if (!button) return;
  event.preventDefault();
  if (!await attempt(button)) { button.dataset.plain = "1"; form.requestSubmit(button); }
}, true);

// Enter in the cart tries it: it is no wish to save.
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.closest("[data-cart]")) return;
  event.preventDefault();
  form.querySelector("button[name='~try']").click();
});

// What is typed into a trial is no change of the promotion.
form?.addEventListener("input", (event) => { if (event.target.closest("[data-cart]")) event.stopPropagation(); }, true);

// ---- clocks of groups
const clocks = [...document.querySelectorAll("[data-until]")];
if (clocks.length) {
  const told = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "long" });
  const tick = () => {
    for (const one of clocks) {
      const minutes = Math.max(0, Math.round((new Date(one.dataset.until) - Date.now()) / 60000));
      const [count, unit] = minutes < 90 ? [minutes, "minute"] : minutes < 48 * 60 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
      one.textContent = one.dataset.words.replace("LEFT", told.format(count, unit));
    }
  };
  tick();
  setInterval(tick, 30000);
}
})();
