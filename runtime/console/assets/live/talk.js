/* The chat as the host reads it: large, calm, with everything that can be done to a message one touch away. */
import { dialog, one, piece, post, put, room, say, server, toast } from "./room.js";

const MOST = 300;
const NEAR = 60;

export class Talk {
  constructor() {
    this.box = one("[data-lines]");
    this.known = new Map();
    this.after = 0;
    this.since = 0;
    this.fresh = 0;
    this.pass = room.pass;
    this.notice = "";
    this.box.addEventListener("scroll", () => this.#isAtEnd() && this.#read());
    one('[data-act="to-end"]').addEventListener("click", () => this.#toEnd());
    this.box.addEventListener("click", (event) => event.target.closest(".line-more") && this.#open(event.target.closest("li")));
    one("[data-held-list]").addEventListener("click", (event) => this.#judge(event));
    one("[data-say]").addEventListener("submit", (event) => this.#write(event));
    one("[data-notice-form]").addEventListener("submit", (event) => this.#pin(event));
    one('[data-act="notice-off"]').addEventListener("click", () => this.#setNotice(""));
    dialog("line").addEventListener("click", (event) => this.#act(event));
    one("[data-bans]").addEventListener("click", (event) => this.#lift(event));
    this.bans(room.bans);
  }

  /** Take what the desk brought. */
  show(desk) {
    const atEnd = this.#isAtEnd();
    let fresh = 0;
    for (const line of desk.messages) fresh += this.#line(line);
    for (const line of desk.changes) {
      this.since = Math.max(this.since, line.moderated);
      this.#line(line);
    }
    while (this.box.children.length > MOST) {
      this.known.delete(Number(this.box.firstElementChild.dataset.seq));
      this.box.firstElementChild.remove();
    }
    one("[data-lines-empty]").hidden = Boolean(this.box.children.length);
    if (atEnd) this.#toEnd();
    else this.fresh += fresh;
    this.#tell();
    this.#held();
    this.#notice(desk.notice);
    if (!this.since) this.since = desk.now;
    this.pass = desk.pass;
  }

  /** List who may not write. */
  bans(listed) {
    const box = one("[data-bans]");
    box.replaceChildren(
      ...listed.map((each) => {
        const line = piece("ban");
        line.dataset.id = each.id;
        put(one(".ban-name", line), each.name);
        put(one(".hint", line), each.mute ? say("ban.mute", { until: each.until }) : say("ban.ban"));
        return line;
      }),
    );
    one("[data-bans-empty]").hidden = listed.length > 0;
  }

  #line(line) {
    this.after = Math.max(this.after, line.seq);
    const before = this.known.get(line.seq);
    this.known.set(line.seq, { ...line, element: before?.element });
    if (line.state === "held") return 0;
    const element = before?.element ?? this.#place(line);
    element.classList.toggle("line-removed", line.state === "removed");
    one(".line-more", element).hidden = line.state === "removed";
    this.known.get(line.seq).element = element;
    return before ? 0 : 1;
  }

  #place(line) {
    const element = piece("line");
    element.dataset.seq = line.seq;
    element.classList.toggle("line-host", line.host);
    put(one(".line-name", element), line.host ? line.name || say("host") : line.name);
    put(one(".line-text", element), line.text);
    // What was held and let through stands where it was said.
    const next = [...this.box.children].find((each) => Number(each.dataset.seq) > line.seq);
    this.box.insertBefore(element, next ?? null);
    return element;
  }

  #held() {
    const waiting = [...this.known.values()].filter((line) => line.state === "held");
    const box = one("[data-held-list]");
    const shown = new Map([...box.children].map((each) => [Number(each.dataset.seq), each]));
    for (const [seq, element] of shown) if (!waiting.some((line) => line.seq === seq)) element.remove();
    for (const line of waiting) {
      if (shown.has(line.seq)) continue;
      const element = piece("held");
      element.dataset.seq = line.seq;
      put(one(".line-name", element), line.name);
      put(one(".line-text", element), line.text);
      box.append(element);
    }
    one("[data-held]").hidden = !waiting.length;
    put(one("[data-held-count]"), waiting.length);
  }

  #notice(text) {
    if (text === this.notice) return;
    this.notice = text;
    one("[data-notice]").hidden = !text;
    put(one("[data-notice-words]"), text);
  }

  async #judge(event) {
    const button = event.target.closest("[data-held-act]");
    if (!button) return;
    const element = button.closest("li");
    const seq = Number(element.dataset.seq);
    const act = button.dataset.heldAct;
    button.disabled = true;
    const { ok } = await post("message", { seq, act });
    button.disabled = false;
    if (!ok) return;
    this.#line({ ...this.known.get(seq), state: act === "approve" ? "shown" : "removed" });
    this.#held();
  }

  #open(element) {
    const line = this.known.get(Number(element.dataset.seq));
    if (!line) return;
    this.chosen = line;
    put(one("[data-line-name]"), line.name);
    put(one("[data-line-text]"), line.text);
    // What the house wrote can be taken away or pinned; nobody of it is muted.
    for (const act of ["mute", "ban"]) one(`[data-line-act="${act}"]`).hidden = line.host;
    dialog("line").showModal();
  }

  async #act(event) {
    const act = event.target.closest("[data-line-act]")?.dataset.lineAct;
    if (!act) return;
    dialog("line").close();
    const { seq, name, text } = this.chosen;
    if (act === "notice") return void this.#setNotice(text);
    if (act === "remove") {
      const { ok } = await post("message", { seq, act });
      if (!ok) return;
      this.#line({ ...this.known.get(seq), state: "removed" });
      toast(say("removed"));
      return;
    }
    const { ok, data } = await post("ban", { seq, name, mute: act === "mute" });
    if (!ok) return;
    this.bans(data.bans);
    toast(say(act === "mute" ? "muted" : "banned"));
  }

  async #lift(event) {
    const line = event.target.closest("button") && event.target.closest("li");
    if (!line) return;
    const { ok, data } = await post("lift", { id: Number(line.dataset.id) });
    if (!ok) return;
    this.bans(data.bans);
    toast(say("lifted"));
  }

  async #write(event) {
    event.preventDefault();
    const field = event.target.elements.text;
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    const answer = await fetch(`${server()}/live/${room.handle}/chat`, {
      method: "POST", credentials: "omit", body: JSON.stringify({ pass: this.pass, text }), headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(8000),
    }).then(async (found) => ({ ok: found.ok, data: await found.json().catch(() => ({})) }), () => ({ ok: false, data: {} }));
    if (answer.ok && (answer.data.code ?? "shown") === "shown") return;
    if (!field.value) field.value = text;
    toast(answer.data.words || say("failed"), true);
  }

  async #pin(event) {
    event.preventDefault();
    const field = event.target.elements.text;
    if (await this.#setNotice(field.value.trim())) field.value = "";
  }

  async #setNotice(text) {
    const { ok } = await post("notice", { text });
    if (ok) this.#notice(text);
    return ok;
  }

  #isAtEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR;
  }

  #toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.#read();
  }

  #read() {
    this.fresh = 0;
    this.#tell();
  }

  #tell() {
    const button = one('[data-act="to-end"]');
    button.hidden = !this.fresh;
    if (this.fresh) put(button, say("new", { count: this.fresh }));
  }
}
