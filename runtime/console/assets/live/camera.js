/* Camera and microphone: asked for, chosen, swapped, watched over; and how loud it is. */
import { FINE } from "./publisher.js";

/** Tell whether the browser gives out cameras on this address at all. */
export const isSecure = () => window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);

/** Name why a camera did not start, as the words know it. */
export function reason(error) {
  const names = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy", AbortError: "busy" };
  return names[error?.name] ?? "failed";
}

/** What the microphone says, as pieces of samples for whoever sends them. */
export class Ear {
  constructor(context, node, source) {
    this.context = context;
    this.node = node;
    this.source = source;
    this.rate = context.sampleRate;
    this.channels = 1;
  }

  /** Listen to a stream; `loud(level)` hears its loudness, 0 to 1. */
  static async open(stream, loud) {
    const context = new AudioContext({ latencyHint: "interactive", sampleRate: 48_000 });
    await context.audioWorklet.addModule(new URL("ear.js", import.meta.url));
    const node = new AudioWorkletNode(context, "ear", { numberOfInputs: 1, numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(node);
    node.port.onmessage = ({ data }) => loud(data);
    await context.resume().catch(() => {});
    return new Ear(context, node, source);
  }

  /** Hand samples to a port, or to nobody. */
  sendTo(port) {
    this.node.port.postMessage({ sink: port }, port ? [port] : []);
  }

  /** Wake up after the phone was locked or rang. */
  wake() {
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  close() {
    this.source.disconnect();
    this.node.port.onmessage = null;
    this.context.close().catch(() => {});
  }
}

export class Camera extends EventTarget {
  constructor() {
    super();
    this.stream = null;
    this.ear = null;
    this.facing = "user";
    this.chosen = { camera: "", microphone: "" };
    this.fine = "720";
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.dispatchEvent(new Event("devices")));
  }

  get on() {
    return Boolean(this.stream?.getVideoTracks().some((track) => track.readyState === "live"));
  }

  /** Open what is chosen; without a microphone the picture goes alone. Raises what the browser raises. */
  async open() {
    const picture = this.#picture();
    const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (this.chosen.microphone) sound.deviceId = { exact: this.chosen.microphone };
    const before = this.stream;
    // Phones give out one camera at a time.
    for (const track of before?.getVideoTracks() ?? []) track.stop();
    let made;
    try {
      made = await navigator.mediaDevices.getUserMedia({ video: picture, audio: sound });
    } catch (error) {
      if (!["NotFoundError", "OverconstrainedError"].includes(error.name)) throw error;
      made = await navigator.mediaDevices.getUserMedia({ video: this.chosen.camera ? { ...picture, deviceId: undefined } : picture });
    }
    for (const track of before?.getTracks() ?? []) track.stop();
    this.stream = made;
    for (const track of made.getTracks()) track.addEventListener("ended", () => this.#gone(track));
    this.ear?.close();
    this.ear = made.getAudioTracks().length ? await Ear.open(made, (level) => this.#loud(level)) : null;
    this.dispatchEvent(new Event("opened"));
    return made;
  }

  /** Take the other camera: the other side of a phone, or the next of a computer. */
  async swap() {
    const cameras = (await this.list()).cameras;
    if (cameras.length > 2 || !cameras.some((each) => /front|back|rear|前置|后置/i.test(each.label))) {
      const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
      const place = cameras.findIndex((each) => each.deviceId === now);
      this.chosen.camera = cameras[(place + 1) % Math.max(1, cameras.length)]?.deviceId ?? "";
    } else this.chosen.camera = "";
    this.facing = this.facing === "user" ? "environment" : "user";
    return this.open();
  }

  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    const of = (kind) => all.filter((each) => each.kind === kind && each.deviceId);
    return { cameras: of("videoinput"), microphones: of("audioinput") };
  }

  /** Switch picture or sound on or off; return whether it is on now. */
  toggle(kind) {
    const tracks = kind === "microphone" ? this.stream?.getAudioTracks() : this.stream?.getVideoTracks();
    for (const track of tracks ?? []) track.enabled = !track.enabled;
    return Boolean(tracks?.[0]?.enabled);
  }

  /** True for a picture that shows oneself: people know themselves from mirrors. */
  get mirrored() {
    const { facingMode } = this.stream?.getVideoTracks()[0]?.getSettings() ?? {};
    return facingMode ? facingMode === "user" : this.facing === "user";
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.ear?.close();
    this.stream = this.ear = null;
  }

  #picture() {
    const { longest, short } = FINE[this.fine];
    const portrait = matchMedia("(orientation: portrait) and (pointer: coarse)").matches;
    // A phone that stands upright turns the sensor's picture by itself.
    const wanted = { width: { ideal: portrait ? short : longest }, height: { ideal: portrait ? longest : short }, frameRate: { ideal: 30, max: 30 } };
    if (this.chosen.camera) return { ...wanted, deviceId: { exact: this.chosen.camera } };
    return { ...wanted, facingMode: { ideal: this.facing } };
  }

  #gone(track) {
    if (!this.stream?.getTracks().includes(track)) return;
    this.dispatchEvent(new CustomEvent("gone", { detail: { kind: track.kind } }));
  }

  #loud(level) {
    this.dispatchEvent(new CustomEvent("loud", { detail: { level } }));
  }
}
