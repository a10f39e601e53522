/* How many bits a second, and what to call a connection: fewer at once when what is sent waits, more again slowly when nothing has waited for long. */
const LATE = 900, PROMPT = 350;
const PAUSE = 2000, CALM = 8000;

export class Rate {
  /** Bits a second: the least that still shows something, the most that is allowed. */
  constructor({ least = 250_000, most, first = most }) {
    this.least = Math.min(least, most);
    this.most = most;
    this.now = Math.min(first, most);
    this.changed = -Infinity;
    this.since = 0;
  }

  /** Take note of how long the oldest part waited (ms) at a time (ms); return the new rate, or null if it stays. */
  note(waited, at) {
    if (waited > PROMPT) this.since = at;
    if (waited > LATE && at - this.changed >= PAUSE) return this.#set(this.now * 0.7, at);
    if (at - this.since >= CALM && at - this.changed >= CALM && this.now < this.most) return this.#set(this.now * 1.2, at);
    return null;
  }

  /** Fewer at once: the server takes no more. */
  shrink(at) {
    return this.#set(this.now * 0.6, at);
  }

  /** Allow another most, as when the camera's picture changes. */
  limit(most, at) {
    this.most = most;
    return this.now > most ? this.#set(most, at) : null;
  }

  #set(wanted, at) {
    const next = Math.round(Math.min(this.most, Math.max(this.least, wanted)));
    this.changed = at;
    if (next === this.now) return null;
    this.now = next;
    return next;
  }
}

/** Name a connection: lost, poor, fair or good. */
export function level({ down, waits, recentlyLost }) {
  if (down) return "lost";
  if (waits > 2500 || recentlyLost) return "poor";
  return waits > 1000 ? "fair" : "good";
}
