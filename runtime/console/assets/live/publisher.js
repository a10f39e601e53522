/* Sends what camera and microphone give into a broadcast: coded by WebCodecs beside the page, else recorded in pieces. */
import { choosePicture } from "./codecs.js";

const here = (name) => new URL(name, import.meta.url);
const RECORDED = ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/mp4;codecs=avc1.42E01F,opus", "video/mp4"];
const PIECE = 1000;
const FRAME = 33;

/** How large and how rich a picture may be, by its name. */
export const FINE = {
  480: { longest: 854, short: 480, most: 900_000 },
  720: { longest: 1280, short: 720, most: 2_200_000 },
  1080: { longest: 1920, short: 1080, most: 4_500_000 },
};

/** Which way this browser can send: "frames", "recorder" or "". */
export async function way() {
  if ("Worker" in window && "VideoFrame" in window && (await choosePicture(640, 360, 1_000_000))) return "frames";
  return "MediaRecorder" in window && RECORDED.some((type) => MediaRecorder.isTypeSupported(type)) ? "recorder" : "";
}

export class Publisher extends EventTarget {
  /** `renew()` resolves to another ticket; `ceiling` is what the shop allows, bits a second. */
  constructor({ renew, ceiling }) {
    super();
    this.renew = renew;
    this.ceiling = ceiling;
    this.running = false;
  }

  /** Send a stream of camera and microphone; the same session goes on until `stop`. */
  async start({ address, ticket, stream, sound, fine, turn }) {
    this.how = await way();
    if (!this.how) throw new Error("unsupported");
    Object.assign(this, { address, ticket, stream, fine, sound, turnedBy: turn });
    this.running = true;
    this.#open();
  }

  /** Take over another camera or microphone while sending. */
  use(stream, sound) {
    const before = this.stream;
    this.stream = stream;
    if (!this.running) return;
    if (this.how === "recorder") return void this.#again();
    if (sound !== this.sound || stream.getAudioTracks()[0] !== before.getAudioTracks()[0]) this.#listen(sound);
    this.sound = sound;
    this.#look();
  }

  /** Turn the picture by so many degrees. */
  turn(degrees) {
    this.turnedBy = degrees;
    this.worker?.postMessage({ do: "turn", turn: degrees });
  }

  /** Change how fine the picture is. */
  refine(fine) {
    this.fine = fine;
    const { longest, most } = FINE[fine];
    if (this.how === "frames") this.worker?.postMessage({ do: "size", longest, most: Math.min(most, this.ceiling) });
  }

  /** Stop sending; the broadcast itself is ended elsewhere. */
  stop() {
    this.running = false;
    clearInterval(this.timer);
    clearTimeout(this.later);
    this.sound?.sendTo(null);
    if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
    this.recorder = null;
    const leaving = this.worker;
    this.worker = null;
    leaving?.postMessage({ do: "close" });
    setTimeout(() => leaving?.terminate(), 500);
  }

  #open() {
    const { longest, most } = FINE[this.fine];
    const plain = this.how === "recorder";
    this.worker = new Worker(here("worker.js"), { type: "module", name: "sending" });
    this.worker.onmessage = ({ data }) => this.#hear(data);
    this.worker.onerror = (event) => this.#tell("failed", { why: event.message || "worker" });
    this.worker.postMessage({
      do: "open", to: this.address, pass: this.ticket, plain, heard: Boolean(this.sound), most: Math.min(most, this.ceiling), longest,
    });
    if (plain) return this.#record();
    this.turn(this.turnedBy ?? 0);
    if (this.sound) this.#listen(this.sound);
    this.#look();
  }

  #again() {
    const leaving = this.worker;
    leaving?.postMessage({ do: "close" });
    leaving?.terminate();
    if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
    this.#open();
  }

  #listen(sound) {
    this.sound?.sendTo(null);
    if (!sound) return;
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage({ do: "listen", rate: sound.rate, channels: sound.channels, port: port2 }, [port2]);
    sound.sendTo(port1);
  }

  /** Hand the camera's frames to the worker: as a stream where the browser has one, else one by one. */
  #look() {
    clearInterval(this.timer);
    const [track] = this.stream.getVideoTracks();
    if (!track) return;
    if ("MediaStreamTrackProcessor" in window) {
      const stream = new MediaStreamTrackProcessor({ track }).readable;
      this.worker.postMessage({ do: "frames", stream }, [stream]);
      return;
    }
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: new MediaStream([track]) });
    video.play().catch(() => {});
    const mine = this.worker;
    const hand = () => {
      if (!this.running || mine !== this.worker || track.readyState !== "live") return;
      if (video.readyState >= 2) {
        const frame = new VideoFrame(video, { timestamp: Math.round(performance.now() * 1000) });
        mine.postMessage({ do: "frame", frame }, [frame]);
      }
      if (video.requestVideoFrameCallback && !document.hidden) video.requestVideoFrameCallback(hand);
      else this.later = setTimeout(hand, FRAME);
    };
    hand();
  }

  #record() {
    const { most } = FINE[this.fine];
    const type = RECORDED.find((each) => MediaRecorder.isTypeSupported(each));
    const mine = new MediaRecorder(this.stream, {
      mimeType: type, videoBitsPerSecond: Math.min(most, this.ceiling), audioBitsPerSecond: 96_000, videoKeyFrameIntervalDuration: 1000,
    });
    this.recorder = mine;
    let pieces = Promise.resolve();
    mine.ondataavailable = ({ data }) => {
      pieces = pieces.then(async () => {
        const bytes = await data.arrayBuffer();
        if (bytes.byteLength && this.recorder === mine) this.worker?.postMessage({ do: "bytes", bytes, key: false }, [bytes]);
      });
    };
    mine.onerror = ({ error }) => this.#tell("failed", { why: String(error?.message ?? error) });
    mine.start(PIECE / 2);
    const [track] = this.stream.getVideoTracks();
    this.#tell("size", { width: track?.getSettings().width ?? 0, height: track?.getSettings().height ?? 0 });
  }

  async #hear(data) {
    if (data.what === "ticket") {
      const ticket = await this.#renewed();
      if (!this.running) return;
      this.ticket = ticket;
      this.worker?.postMessage({ do: "ticket", pass: ticket });
      return;
    }
    // What was recorded hangs together: after a gap it begins anew.
    if (data.what === "resync" && this.how === "recorder" && this.running) this.#again();
    this.#tell(data.what, data);
  }

  /** Ask for a ticket until there is one: nothing can be sent without it. */
  async #renewed() {
    for (let pause = 500; this.running; pause = Math.min(pause * 2, 5000)) {
      const ticket = await this.renew().catch(() => null);
      if (ticket) return ticket;
      await new Promise((done) => setTimeout(done, pause));
    }
    return "";
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
