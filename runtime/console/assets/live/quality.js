/* The connection in one word, and its figures for who wants them. */
import { behind, edge } from "./delay.js";
import { level } from "./rate.js";
import { one, put, room, say, server } from "./room.js";

const LOOK_EVERY = 5000;
const RECENT = 15_000;

export class Quality {
  constructor() {
    this.chip = one("[data-quality]");
    this.sheet = one("[data-quality-sheet]");
    this.chip.addEventListener("click", () => {
      this.sheet.hidden = !this.sheet.hidden;
      this.chip.setAttribute("aria-expanded", String(!this.sheet.hidden));
    });
    this.ahead = 0;
    this.reset();
  }

  reset() {
    clearInterval(this.timer);
    this.lostAt = -Infinity;
    this.lost = this.bytes = this.at = this.waited = 0;
    this.chip.hidden = this.sheet.hidden = true;
    this.chip.setAttribute("aria-expanded", "false");
    for (const name of ["delay", "post", "rate", "lost", "dropped", "picture", "sound"]) this.#measure(name, "–");
  }

  /** Watch a stream's own playlist beside what the sender tells. */
  follow(stream) {
    this.reset();
    this.timer = setInterval(() => this.#look(stream), LOOK_EVERY);
  }

  figures(told, now = performance.now()) {
    this.chip.hidden = false;
    if (told.lost > this.lost) this.lostAt = now;
    this.lost = told.lost;
    this.waited = told.waited;
    const name = level({ ...told, recentlyLost: now - this.lostAt < RECENT });
    this.chip.dataset.level = name;
    put(one("[data-quality-words]"), say(`quality.${name}`));
    if (this.at) this.#measure("rate", say("rate", { count: Math.max(0, Math.round(((told.bytes - this.bytes) * 8) / (now - this.at))) }));
    this.bytes = told.bytes;
    this.at = now;
    this.#measure("post", say("milliseconds", { count: Math.round(told.took) }));
    this.#measure("lost", told.lost);
    this.#measure("dropped", told.dropped);
  }

  size({ width, height }) {
    this.#measure("picture", `${width} × ${height}`);
  }

  sound(codec) {
    this.#measure("sound", codec === "opus" ? say("sound.opus") : codec.toUpperCase());
  }

  async #look(stream) {
    const text = await fetch(`${server()}/live/${room.handle}/${stream}/ll.m3u8`, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(4000) })
      .then((answer) => (answer.ok ? answer.text() : ""), () => "");
    const found = edge(text);
    if (found) this.#measure("delay", say("seconds", { count: behind(found, Date.now() - this.ahead, this.waited).toFixed(1) }));
  }

  #measure(name, value) {
    put(one(`[data-measure="${name}"]`), value);
  }
}
