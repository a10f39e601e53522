/* The host's studio: asks the shop how the room stands, and lets each part of the desk show its share. */
import { Figures } from "./figures.js";
import { Goods } from "./goods.js";
import { Stage } from "./stage.js";
import { Talk } from "./talk.js";
import { all, get, one, put, say, toast } from "./room.js";

const EVERY = 1500, SELDOM = 5000, OVERLAP = 3000;

let timer = null, asking = false, again = false, signedOut = false;
const changed = () => {
  if (asking) again = true;
  else ask();
};
const talk = new Talk();
const goods = new Goods({ changed });
const figures = new Figures();
const stage = new Stage({ changed });

async function ask() {
  clearTimeout(timer);
  asking = true;
  const { ok, status, data } = await get(`desk.json?after=${talk.after}&since=${Math.max(0, talk.since - OVERLAP)}`);
  asking = false;
  if (ok) {
    for (const part of [talk, goods, figures, stage]) part.show(data);
    const held = [...talk.known.values()].filter((line) => line.state === "held").length;
    count("chat", held || (one("[data-desk]").dataset.tab === "chat" ? 0 : talk.fresh));
    signedOut = false;
  } else if (status === 401 && !signedOut) {
    signedOut = true;
    toast(say("signed_out"), true);
  }
  if (again) {
    again = false;
    ask();
  } else timer = setTimeout(ask, document.hidden && !stage.live ? SELDOM : EVERY);
}

function count(name, value) {
  const badge = one(`[data-count="${name}"]`);
  badge.hidden = !value;
  put(badge, value > 99 ? "99+" : value || "");
}

for (const tab of all("[data-show]")) {
  tab.addEventListener("click", () => {
    one("[data-desk]").dataset.tab = tab.dataset.show;
    for (const each of all("[data-show]")) each.setAttribute("aria-pressed", String(each === tab));
    if (tab.dataset.show === "chat") talk.show({ messages: [], changes: [], notice: talk.notice, now: talk.since, pass: talk.pass });
  });
}

const copied = {
  server: () => one("[data-obs-server]").textContent,
  "key-server": () => one("[data-key-server]").value,
  key: () => one("[data-key-shown]").value,
  practice: () => one("[data-practice-link]").href,
};
for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(copied[button.dataset.copy]()).then(() => toast(say("copied")), () => {});
  });
}

document.addEventListener("visibilitychange", () => document.hidden || changed());
ask();
