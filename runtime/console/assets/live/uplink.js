/* The way up: parts of the broadcast leave in numbered batches, one after another, and are sent again until they are there.

   What waits too long is let go, up to the next key frame: viewers would rather miss a second than see it late. A server
   that does not know the session (any more) names the number it expects (409); then the same happens. Nothing here knows
   the browser: time and sending are given, so that the rules can be tried without one. */
import { joined } from "./packets.js";

const TIRED = [300, 600, 1000, 2000];
const STALE = 5000;

/** Why the way up is closed for good: `why` is "over", "taken" or "refused". */
export class Closed extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export class Uplink {
  /**
   * `send(number, body)` resolves to {status, expect, error}, and to {status: 0} when nothing came back.
   * `clock()` is milliseconds, `wait(ms)` a promise; `tell(what, values)` hears what happens:
   * "begin", "sent", "lost", "back", "resync"; "ticket" resolves when there is another ticket, "session" begins a new one.
   * Nothing leaves before all `awaited` configurations are there: a session begins with them. `plain` bytes hang
   * together, so that nothing of them can be left out.
   */
  constructor({ send, clock, wait, tell, every = 250, plain = false, awaited = [] }) {
    Object.assign(this, { send, clock, wait, tell, every, plain });
    this.awaited = new Set(awaited);
    this.number = 0;
    this.parts = [];
    this.configs = new Map();
    this.needsKey = false;
    this.down = 0;
    this.stopped = false;
    this.wake = () => {};
    this.last = -Infinity;
    this.figures = { sent: 0, bytes: 0, lost: 0, took: 0, waited: 0 };
  }

  /** Keep a configuration: it leaves now, and again before what follows a break. */
  configure(kind, bytes) {
    this.configs.set(kind, bytes);
    if (!this.awaited.size) this.#push({ bytes, config: true, at: this.clock() });
    else if (this.awaited.delete(kind) && !this.awaited.size) this.#begin();
  }

  /** Begin without what is still awaited: the microphone may never speak. */
  forgo() {
    if (!this.awaited.size) return;
    this.awaited.clear();
    this.#begin();
  }

  /** Take a coded part; `key` says that a viewer can begin with it. What comes before a needed key frame is let go. */
  add(bytes, { key = false, sound = false } = {}) {
    if (this.awaited.size) return;
    if (this.needsKey) {
      if (!key) {
        if (!sound) this.figures.lost += 1;
        return;
      }
      this.needsKey = false;
      this.#configure(this.clock());
    }
    this.#push({ bytes, key, at: this.clock() });
  }

  /** Milliseconds that the oldest part has been waiting. */
  waiting() {
    const oldest = this.flying ?? this.parts[0];
    return oldest ? this.clock() - oldest.at : 0;
  }

  /** Send until stopped, or raise Closed. */
  async run() {
    while (!this.stopped) {
      if (!this.parts.length) await new Promise((go) => (this.wake = go));
      const rest = this.last + this.every - this.clock();
      if (rest > 0) await this.wait(rest);
      if (!this.stopped && this.parts.length) await this.#deliver(this.parts.splice(0));
    }
  }

  /** Send nothing more. */
  stop() {
    this.stopped = true;
    this.wake();
  }

  async #deliver(taken) {
    this.last = this.clock();
    let batch = { taken, body: this.#body(taken) };
    for (let tries = 0; !this.stopped; tries += 1) {
      this.flying = batch.taken[0];
      const began = this.clock();
      const answer = await this.send(this.number, batch.body);
      if (await this.#judge(answer, { ...batch, took: this.clock() - began, again: tries > 0 })) break;
      if (this.waiting() > STALE) {
        this.#giveUp(batch.taken);
        // It may have arrived without an answer: its number is filled with nothing, which hurts in neither case.
        batch = { taken: [], body: this.#body([]) };
      }
      if (answer.status !== 401) await this.wait(TIRED[Math.min(tries, TIRED.length - 1)]);
    }
    this.flying = null;
  }

  /** Say what an answer means: true when the batch is done with. */
  async #judge(answer, { taken, body, took, again }) {
    const { status, expect, error } = answer;
    if (status >= 200 && status < 300) return this.#arrived(taken, body, took);
    if (status === 409 && expect === this.number + 1) return this.#arrived(taken, body, took);
    if (status === 409) {
      this.number = expect ?? 0;
      return this.#giveUp(taken);
    }
    if (status === 401 && !(again && this.renewed === this.number)) {
      this.renewed = this.number;
      await this.tell("ticket");
      return false;
    }
    // Another key was made, something could not be read, or too much was sent: the session is over, the broadcast is not.
    if (status === 401 || status === 400 || status === 413) {
      this.number = 0;
      this.renewed = null;
      this.tell("session", { status });
      return this.#giveUp(taken);
    }
    if (status === 410) throw new Closed(error === "taken_over" ? "taken" : "over");
    if (status === 403 || status === 404) throw new Closed("refused");
    if (!this.down) {
      this.down = this.clock();
      this.tell("lost");
    }
    return false;
  }

  #arrived(taken, body, took) {
    this.number += 1;
    this.renewed = null;
    this.figures.sent += 1;
    this.figures.bytes += body.byteLength;
    this.figures.took = took;
    if (taken.length) this.figures.waited = this.clock() - taken[0].at;
    if (this.down) {
      this.down = 0;
      this.tell("back");
    }
    this.tell("sent", this.figures);
    return true;
  }

  /** Let a batch go, and everything behind it up to the newest key frame. */
  #giveUp(taken) {
    const gone = [...taken, ...this.parts].filter((part) => !part.config);
    const next = this.parts.findLastIndex((part) => part.key);
    const kept = next < 0 ? [] : this.parts.slice(next).filter((part) => !part.config);
    this.figures.lost += gone.length - kept.length;
    this.parts = [];
    this.needsKey = !kept.length && !this.plain;
    if (kept.length) {
      this.#configure(kept[0].at);
      this.parts.push(...kept);
    }
    if (this.plain) this.stop();
    this.tell("resync", { needsKey: this.needsKey });
    return true;
  }

  #body(parts) {
    return joined(parts.map((part) => part.bytes), this.plain);
  }

  #begin() {
    this.needsKey = true;
    this.tell("begin");
  }

  #configure(at) {
    for (const bytes of this.configs.values()) this.#push({ bytes, config: true, at });
  }

  #push(part) {
    this.parts.push(part);
    this.wake();
  }
}
