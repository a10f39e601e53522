/* What all parts of the studio share: the room, its words, how it asks the shop, and how it speaks up. */
export const room = JSON.parse(document.getElementById("studio").textContent);
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const plurals = new Intl.PluralRules(room.locale);

/** A sentence in the reader's language; `count` chooses its form. */
export function say(key, values = {}) {
  let text = room.words[key];
  if (text === undefined && "count" in values) text = room.words[`${key}.${plurals.select(values.count)}`] ?? room.words[`${key}.other`];
  return (text ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A copy of a piece of the page that is kept for repeating. */
export const piece = (name) => one(`template[data-piece="${name}"]`).content.firstElementChild.cloneNode(true);

/** Say something for a moment. */
export function toast(text, bad = false) {
  const box = one("[data-toasts]");
  const line = document.createElement("p");
  line.className = bad ? "toast toast-bad" : "toast";
  line.textContent = text;
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => line.remove(), bad ? 7000 : 3500);
}

async function ask(path, options) {
  try {
    const answer = await fetch(`/console/live/${room.handle}/${path}`, {
      cache: "no-store", ...options, headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(15_000),
    });
    const data = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, data };
  } catch {
    return { ok: false, status: 0, data: {} };
  }
}

export const get = (path) => ask(path, {});

/** Write something; what goes wrong is said unless `quiet`. */
export async function post(path, data = {}, { quiet = false } = {}) {
  const answer = await ask(path, {
    method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json", "X-Csrf-Token": room.csrf },
  });
  if (!answer.ok && !quiet) toast(answer.data.message || say("failed"), true);
  return answer;
}

/** Where the live server is: on a port of its own, at another address, or here. */
export function server() {
  const { base, port } = room.media;
  if (base !== undefined && base !== null) return base;
  return port ? `${location.protocol}//${location.hostname}:${port}` : "";
}

/** Open a dialog; it closes by its own buttons, Escape, or a touch beside it. */
export function dialog(name) {
  const found = one(`[data-dialog="${name}"]`);
  if (!found.dataset.ready) {
    found.dataset.ready = "yes";
    found.addEventListener("click", (event) => {
      if (event.target === found || event.target.closest("[data-close]")) found.close();
    });
  }
  return found;
}

const pad = (value) => String(value).padStart(2, "0");

/** Seconds as people read them on a clock. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${pad(minutes)}:${pad(whole % 60)}`;
}

/** Put a text somewhere only if it is another one, so that nothing flickers or is read out again. */
export function put(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}
