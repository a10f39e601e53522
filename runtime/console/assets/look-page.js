// The page inside the editor: put in place piece by piece, its sections found and marked, as wide as the chosen screen.
export const find = (selector, within = document) => within.querySelector(selector);
export const every = (selector, within = document) => [...within.querySelectorAll(selector)];
export const frame = find("#look-frame");
export const page = () => frame.contentDocument;
export const state = { chosen: "" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

// ---- the preview: the new page is put into the old one piece by piece, so nothing jumps

function put(old, made) {
  if (old.isEqualNode(made)) return;
  if (old.nodeType !== made.nodeType || old.nodeName !== made.nodeName || old.nodeName === "svg") {
    old.replaceWith(page().adoptNode(made));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = made.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const was = [...old.childNodes];
  const now = [...made.childNodes];
  let after = null;
  while (was.length && now.length && was[0].isEqualNode(now[0])) { was.shift(); now.shift(); }
  while (was.length && now.length && was.at(-1).isEqualNode(now.at(-1))) { after = was.pop(); now.pop(); }
  if (was.length === now.length) {
    was.forEach((each, index) => put(each, now[index]));
    return;
  }
  for (const each of now) old.insertBefore(page().adoptNode(each), was[0] ?? after);
  for (const each of was) each.remove();
}

let wanted = [];
export function redraw(html) {
  if (!page()?.body) return;
  const made = new DOMParser().parseFromString(html, "text/html");
  for (const name of ["class", "lang"]) page().documentElement.setAttribute(name, made.documentElement.getAttribute(name) ?? "");
  wanted = every("link[rel=stylesheet]", made).map((each) => each.getAttribute("href"));
  const sheets = () => every("link[rel=stylesheet]", page().head);
  // An old sheet goes when the new one is there: no page without colours in between.
  const tidy = () => { for (const each of sheets()) if (!wanted.includes(each.getAttribute("href"))) each.remove(); mark(); };
  const lacking = wanted.filter((href) => !sheets().some((each) => each.getAttribute("href") === href));
  for (const href of lacking) {
    const link = page().createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", tidy);
    page().head.append(link);
  }
  if (!lacking.length) tidy();
  put(page().body, made.body);
  mark();
}

let turn = 0;
export async function reload() {
  const mine = ++turn;
  const answer = await fetch(frame.getAttribute("src")).catch(() => null);
  if (!answer?.ok) return;
  const html = await answer.text();
  if (mine === turn) redraw(html);
}

// ---- sections in the page: pointed at, pressed, and the chosen one marked
function pieces() {
  const found = new Map();
  const open = new Map();
  const walker = page().createTreeWalker(page().body, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) {
    const [, end, place] = /^(\/?)look (\S+)$/.exec(walker.currentNode.data.trim()) ?? [];
    if (place === undefined) continue;
    if (!end) open.set(place, walker.currentNode);
    else if (open.has(place)) {
      const range = page().createRange();
      range.setStartAfter(open.get(place));
      range.setEndBefore(walker.currentNode);
      found.set(place, range);
    }
  }
  return found;
}

export function under(target) {
  let place = "";
  for (const [each, range] of pieces()) if (range.intersectsNode(target) && range.comparePoint(target, 0) === 0 && each.length >= place.length) place = each;
  return place;
}

export function draw(box, place) {
  const range = place && page()?.body ? pieces().get(place) : null;
  box.hidden = !range;
  if (!range) return;
  const { top, left, width, height } = range.getBoundingClientRect();
  box.style.insetBlockStart = `${top}px`;
  box.style.insetInlineStart = `${left}px`;
  box.style.inlineSize = `${width}px`;
  box.style.blockSize = `${height}px`;
  const label = find("span", box);
  if (label) label.textContent = find(`[data-place="${CSS.escape(place)}"] .look-name b`)?.textContent ?? "";
}

export const mark = () => draw(find("[data-mark-on]"), state.chosen);

export function show(place) {
  const range = page()?.body && pieces().get(place);
  if (!range) return;
  const { top, height } = range.getBoundingClientRect();
  const room = frame.contentWindow.innerHeight;
  if (top < 0 || top + Math.min(height, room) > room) frame.contentWindow.scrollBy({ top: top - Math.max(24, (room - height) / 2), behavior: still.matches ? "auto" : "smooth" });
}

// ---- the screen: a phone as wide as one, a desktop drawn smaller where there is less room
export const narrow = () => matchMedia("(max-width: 59.99em)").matches;
let size = "desktop";
export function fit(wanted = size) {
  size = wanted;
  for (const each of every("[data-size]")) each.setAttribute("aria-pressed", String(each.dataset.size === size));
  const screen = find("[data-screen]");
  const device = find("[data-device]");
  const { clientWidth: room, clientHeight: height } = screen;
  const phone = size === "phone" || narrow();
  const width = phone ? Math.min(390, room || 390) : Math.max(1280, room);
  const scale = Math.min(1, room / width) || 1;
  screen.classList.toggle("look-phone", phone && !narrow());
  device.style.inlineSize = `${width}px`;
  device.style.blockSize = `${(phone && !narrow() ? Math.min(height - 32, 844) : height / scale)}px`;
  device.style.transform = scale < 1 ? `scale(${scale})` : "";
  mark();
}
