/* The stage: camera and preview, going live and ending, and everything that can go wrong in between. */
import { Camera, isSecure, reason } from "./camera.js";
import { Publisher, way } from "./publisher.js";
import { Quality } from "./quality.js";
import { all, dialog, duration, one, post, put, room, say, server, toast } from "./room.js";

const RENEW_BEFORE = 60_000;

export class Stage {
  constructor({ changed }) {
    this.changed = changed;
    this.camera = new Camera();
    this.quality = new Quality();
    this.publisher = null;
    this.sending = null;
    this.turned = 0;
    this.desk = null;
    this.#listen();
    if (room.own && room.host) this.#begin();
  }

  get live() {
    return Boolean(this.sending);
  }

  /** Take what the desk says of the broadcast: it may have been ended, or another device may send. */
  show(desk) {
    const before = this.desk;
    this.desk = desk;
    this.ahead = this.quality.ahead = Date.now() - desk.now;
    const mine = this.sending && (this.sending.practice ? desk.practice : desk.broadcast);
    if (this.sending && !this.sending.starting && mine?.stream !== this.sending.stream) this.#over();
    if (before?.broadcast && !desk.broadcast && desk.ended) this.#summary(desk.ended);
    this.#state();
  }

  #state() {
    const { broadcast, practice } = this.desk;
    const shown = broadcast ?? practice;
    // A stream key that waits for its picture, perhaps for days, is not on air.
    const name = broadcast && broadcast.state !== "armed" ? broadcast.state : practice ? "practice" : room.embed ? "embed" : "before";
    const connecting = this.sending && (this.sending.starting || (!this.sending.practice && broadcast?.state === "armed"));
    const place = one("[data-state]");
    place.className = `state state-${name}`;
    put(one("[data-state-words]"), connecting ? say("state.connecting") : say(`state.${name}`));
    this.since = shown?.since || 0;
    this.#clock();
    this.#buttons(broadcast, practice);
    this.#banner(broadcast, practice);
    const link = one("[data-practice-link]");
    one("[data-practice]").hidden = !practice;
    if (practice && link.dataset.stream !== practice.stream) {
      link.dataset.stream = practice.stream;
      link.href = `/console/live/preview/${room.handle}/${practice.stream}`;
      link.textContent = link.href;
    }
    put(one("[data-obs-tail]"), broadcast ? say("ends", { tail: broadcast.tail }) : say("unmade"));
    put(one("[data-key-words]"), say(broadcast ? "key" : "make"));
  }

  #buttons(broadcast, practice) {
    const show = (act, on) => {
      const button = one(`[data-act="${act}"]`);
      if (button) button.hidden = !on;
    };
    one("[data-desk]").dataset.air = broadcast || practice ? "yes" : "no";
    const here = Boolean(this.sending);
    const running = broadcast && broadcast.state !== "armed";
    show("go", !here && !running && !practice);
    show("practise", !here && !broadcast && !practice);
    show("take-over", !here && Boolean(running) && room.own);
    // A key that waits for its picture is no broadcast yet: it is withdrawn, where it was made.
    show("end", Boolean(broadcast) && (here || broadcast.state !== "armed"));
    show("withdraw", broadcast?.state === "armed" && !here);
    show("end-practice", Boolean(practice));
    const embed = one('[data-act="open"]');
    if (embed) embed.hidden = Boolean(broadcast);
  }

  #banner(broadcast, practice) {
    const place = one("[data-banner]");
    let text = "", tone = "";
    if (this.sending?.down) [text, tone] = [say("lost"), "bad"];
    else if (broadcast?.state === "interrupted") [text, tone] = [say("interrupted", { until: broadcast.until }), "warn"];
    else if (broadcast?.state === "armed" && !this.sending) text = say("waiting");
    else if (broadcast?.kind && !this.sending && room.host) text = say("else", { who: say(`kind.${broadcast.kind}`) });
    else if (practice && room.host) text = say("practising");
    else if (!broadcast && room.crowded) [text, tone] = [room.crowded, "warn"];
    place.hidden = !text;
    place.dataset.tone = tone;
    put(place, text);
  }

  #listen() {
    const on = (act, doing) => one(`[data-act="${act}"]`)?.addEventListener("click", doing);
    on("camera", () => this.#look());
    on("go", () => this.#go(false));
    on("take-over", () => this.#go(false));
    on("practise", () => this.#go(true));
    on("open", () => post("arm").then(() => this.changed()));
    on("end", () => this.#ask());
    on("end-now", () => this.#end(false));
    on("end-practice", () => this.#end(true));
    on("swap", () => this.#look(() => this.camera.swap()));
    on("turn", () => this.#turn());
    on("microphone", ({ currentTarget }) => currentTarget.setAttribute("aria-pressed", String(this.camera.toggle("microphone"))));
    on("hide", ({ currentTarget }) => currentTarget.setAttribute("aria-pressed", String(this.camera.toggle("camera"))));
    on("key", () => (this.desk?.broadcast ? dialog("rotate").showModal() : this.#key()));
    on("rotate", () => this.#key());
    on("withdraw", () => dialog("withdraw").showModal());
    on("withdraw-now", () => this.#withdraw());
    for (const choice of all("[data-device]")) choice.addEventListener("change", () => this.#choose(choice));
    setInterval(() => this.#clock(), 1000);
    addEventListener("beforeunload", (event) => this.sending && event.preventDefault());
    addEventListener("pagehide", () => this.camera.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.#awake());
  }

  async #begin() {
    if (!isSecure()) return this.#trouble(say("insecure", { local: `http://localhost:${location.port || 80}${location.pathname}` }));
    if (!(await way())) return this.#trouble(say("unsupported"));
    this.camera.addEventListener("opened", () => this.#opened());
    this.camera.addEventListener("gone", ({ detail }) => this.#gone(detail.kind));
    this.camera.addEventListener("devices", () => this.#devices());
    this.camera.addEventListener("loud", ({ detail }) => this.#loud(detail.level));
    this.#devices();
  }

  /** Open the camera, in whichever way; true when there is a picture. */
  async #look(open = () => this.camera.open()) {
    const button = one('[data-act="camera"]');
    if (button) button.disabled = true;
    try {
      await open();
      return true;
    } catch (error) {
      this.#trouble(say(`camera.${reason(error)}`, { why: error?.message ?? "" }));
      return false;
    } finally {
      if (button) button.disabled = false;
    }
  }

  #opened() {
    const video = one("[data-preview]");
    video.srcObject = this.camera.stream;
    video.dataset.mirror = this.camera.mirrored ? "yes" : "no";
    one("[data-screen]").dataset.filled = "yes";
    delete one("[data-empty]").dataset.tone;
    one("[data-controls]").hidden = false;
    one("[data-meter]").hidden = !this.camera.ear;
    for (const act of ["microphone", "hide"]) one(`[data-act="${act}"]`).setAttribute("aria-pressed", "true");
    this.publisher?.use(this.camera.stream, this.camera.ear);
    this.#devices();
  }

  async #devices() {
    const { cameras, microphones } = await this.camera.list();
    const fill = (name, listed, chosen) => {
      const choice = one(`[data-device="${name}"]`);
      choice.replaceChildren(...listed.map((each, place) => new Option(each.label || say(`${name}.n`, { number: place + 1 }), each.deviceId)));
      choice.disabled = listed.length < 2;
      if (listed.some(({ deviceId }) => deviceId === chosen)) choice.value = chosen;
    };
    const used = (kind) => this.camera.stream?.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId ?? "";
    fill("camera", cameras, used("video"));
    fill("microphone", microphones, used("audio"));
    one('[data-act="swap"]').hidden = cameras.length < 2;
  }

  #choose({ dataset, value }) {
    if (dataset.device === "quality") {
      this.camera.fine = value;
      this.publisher?.refine(value);
    } else this.camera.chosen[dataset.device] = value;
    if (this.camera.stream) this.#look();
  }

  #turn() {
    this.turned = (this.turned + 90) % 360;
    const video = one("[data-preview]");
    video.dataset.turn = this.turned;
    this.publisher?.turn(this.turned);
  }

  #loud(level) {
    const meter = one("[data-meter]");
    // Loudness as ears take it: 60 decibels from nothing to all.
    const shown = Math.max(0, Math.min(1, 1 + (20 * Math.log10(level || 1e-6)) / 60));
    meter.firstElementChild.style.setProperty("--level", shown.toFixed(2));
    meter.setAttribute("aria-valuenow", Math.round(shown * 100));
  }

  #gone(kind) {
    if (kind === "audio") return void toast(say("microphone.gone"), true);
    this.#trouble(say("camera.gone"), say("camera.again"));
  }

  #trouble(text, button = "") {
    const place = one("[data-empty]");
    place.dataset.tone = "bad";
    put(one("[data-empty-words]"), text);
    if (button) put(one('[data-act="camera"] span'), button);
  }

  /* ---- sending ---- */
  async #go(practice) {
    if (this.sending) return;
    const buttons = all(".actions .button");
    for (const each of buttons) each.disabled = true;
    try {
      if (!this.camera.on && !(await this.#look())) return;
      const { ok, data } = await post("arm", { practice });
      if (ok) await this.#send(practice, data);
    } finally {
      for (const each of buttons) each.disabled = false;
    }
  }

  async #send(practice, { stream, ticket, until, path }) {
    this.sending = { practice, stream, until, starting: true, down: false };
    this.publisher = new Publisher({ renew: () => this.#renew(), ceiling: room.ceiling });
    const hear = (name, doing) => this.publisher.addEventListener(name, ({ detail }) => this.sending && doing(detail));
    hear("figures", (told) => this.#figures(told));
    hear("size", (size) => this.#size(size));
    hear("sound", ({ codec }) => codec && this.quality.sound(codec));
    hear("lost", () => this.#down(true));
    hear("back", () => this.#down(false));
    hear("resync", () => toast(say("resynced"), true));
    hear("failed", ({ why }) => toast(say("camera.failed", { why }), true));
    hear("closed", ({ why }) => this.#closed(why));
    this.quality.follow(stream);
    await this.publisher.start({ address: server() + path, ticket, stream: this.camera.stream, sound: this.camera.ear, fine: this.camera.fine, turn: this.turned });
    this.#keepTicket();
    this.#awake();
    this.changed();
  }

  #figures(told) {
    this.quality.figures(told);
    if (told.sent && this.sending.starting) {
      this.sending.starting = false;
      this.changed();
    }
  }

  #size(size) {
    this.quality.size(size);
    one("[data-screen]").dataset.upright = size.height > size.width ? "yes" : "no";
  }

  #down(down) {
    if (this.sending.down === down) return;
    this.sending.down = down;
    if (!down) toast(say("back"));
    this.#state();
  }

  /** Ask for another ticket well before this one is over. */
  #keepTicket() {
    clearTimeout(this.renewing);
    const rest = this.sending.until - (Date.now() - (this.ahead ?? 0)) - RENEW_BEFORE;
    this.renewing = setTimeout(async () => {
      const ticket = await this.#renew().catch(() => null);
      if (ticket) this.publisher?.worker?.postMessage({ do: "ticket", pass: ticket });
      if (this.sending) this.#keepTicket();
    }, Math.max(5000, rest));
  }

  async #renew() {
    if (!this.sending) throw new Error("over");
    const { ok, status, data } = await post("ticket", { practice: this.sending.practice }, { quiet: true });
    if (ok && data.stream === this.sending.stream) {
      this.sending.until = data.until;
      return data.ticket;
    }
    if (status === 401 || status === 403) toast(data.message || say("signed_out"), true);
    if (ok || status === 409 || status === 401 || status === 403) this.#over();
    throw new Error("no ticket");
  }

  #closed(why) {
    toast(say(why === "over" ? "over" : "taken"), true);
    this.#over();
  }

  #over() {
    this.publisher?.stop();
    this.publisher = null;
    this.sending = null;
    clearTimeout(this.renewing);
    this.quality.reset();
    this.lock?.release().catch(() => {});
    this.lock = null;
    this.changed();
  }

  #ask() {
    const { broadcast } = this.desk;
    const length = broadcast?.since ? duration((this.desk.now - broadcast.since) / 1000) : "";
    put(one("[data-end-facts]"), length ? `${say("duration")} ${length}` : "");
    dialog("end").showModal();
  }

  async #end(practice) {
    dialog("end").close();
    const { ok, data } = await post("end", { practice });
    if (!ok) return;
    this.#over();
    if (data.ended && !practice && this.desk?.broadcast?.state !== "armed") this.#summary(data.ended);
  }

  #summary(ended) {
    if (this.summed === ended.at) return;
    this.summed = ended.at;
    put(one("[data-ended-why]"), say(`ended.${ended.why}`));
    const facts = [[say("duration"), duration(ended.seconds)], [say("peak"), ended.peak]];
    if (ended.sales) facts.push([say("orders"), ended.sales.orders], [say("takings"), ended.sales.takings]);
    one("[data-ended-facts]").replaceChildren(
      ...facts.map(([name, value]) => {
        const tile = document.createElement("div");
        const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
        dt.textContent = name;
        dd.textContent = value;
        tile.append(dt, dd);
        return tile;
      }),
    );
    if (!dialog("ended").open) dialog("ended").showModal();
  }

  async #key() {
    dialog("rotate").close();
    const { ok, data } = await post("key");
    if (!ok) return;
    const shown = dialog("key");
    one("[data-key-server]").value = data.server || room.obs;
    one("[data-key-shown]").value = data.key;
    shown.addEventListener("close", () => (one("[data-key-shown]").value = ""), { once: true });
    shown.showModal();
    this.changed();
  }

  async #withdraw() {
    dialog("withdraw").close();
    const { ok } = await post("end", { practice: false });
    if (ok) toast(say("withdrawn"));
    this.changed();
  }

  #clock() {
    put(one("[data-clock]"), this.since ? duration((Date.now() - (this.ahead ?? 0) - this.since) / 1000) : "");
  }

  /** Keep the screen on while sending; the browser lets go of it whenever the page is hidden. */
  async #awake() {
    this.camera.ear?.wake();
    if (this.sending && "wakeLock" in navigator) this.lock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}
