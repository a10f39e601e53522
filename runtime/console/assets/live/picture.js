/* Codes frames of the camera: a key frame every second, none kept waiting, turned and made smaller where that is wished.
   When the camera falls silent its last frame is shown on, so that viewers hear on and a new camera simply goes on. */
import { choosePicture, copied, fitted } from "./codecs.js";

const KEY_EVERY = 1_000_000;
const MOST_WAITING = 2;
const SILENT = 700_000;

export class Picture {
  /** `out(bytes, {key, at})` gets coded frames, `configured(description, size)` what decoders need before them. */
  constructor({ longest, bitrate, out, configured, failed }) {
    Object.assign(this, { longest, bitrate, out, configured, failed });
    this.turn = 0;
    this.size = null;
    this.keyAt = -Infinity;
    this.wanted = true;
    this.busy = false;
    this.dropped = 0;
    this.coded = 0;
    this.last = -1;
  }

  /** Take a frame, which is closed here in any case; `at` is microseconds on the clock of the broadcast. */
  async take(frame, at, again = false) {
    try {
      if (this.busy || at <= this.last) return;
      const size = again ? this.size : this.#size(frame);
      if (!this.size || size.width !== this.size.width || size.height !== this.size.height) await this.#begin(size);
      if (!this.encoder || this.encoder.state !== "configured") return;
      if (this.encoder.encodeQueueSize > MOST_WAITING) {
        this.dropped += 1;
        return;
      }
      this.last = at;
      const key = this.wanted || at - this.keyAt >= KEY_EVERY;
      if (key) {
        this.wanted = false;
        this.keyAt = at;
      }
      const ready = again ? frame.clone() : this.#drawn(frame, size, at);
      this.encoder.encode(ready, { keyFrame: key });
      this.kept?.close();
      this.kept = ready;
    } catch (error) {
      this.failed(error);
    } finally {
      frame.close();
    }
  }

  /** Show the last frame again if nothing came for a while; `at` is now. */
  async goOn(at) {
    if (this.kept && at - this.last > SILENT) await this.take(new VideoFrame(this.kept, { timestamp: at }), at, true);
  }

  /** Ask that the next frame be one with which viewers can begin. */
  wantKey() {
    this.wanted = true;
  }

  /** Take over another bitrate; the picture goes on. */
  setBitrate(bitrate) {
    this.bitrate = bitrate;
    if (this.encoder?.state === "configured") this.encoder.configure({ ...this.config, bitrate });
  }

  close() {
    if (this.encoder && this.encoder.state !== "closed") this.encoder.close();
    this.encoder = null;
    this.kept?.close();
    this.kept = null;
  }

  #size(frame) {
    const turned = this.turn % 180 !== 0;
    const { displayWidth: width, displayHeight: height } = frame;
    return fitted(turned ? height : width, turned ? width : height, this.longest);
  }

  async #begin(size) {
    this.busy = true;
    try {
      this.close();
      this.config = await choosePicture(size.width, size.height, this.bitrate);
      if (!this.config) throw new Error("no H.264");
      this.encoder = new VideoEncoder({
        output: (chunk, more) => this.#coded(chunk, more),
        error: (error) => this.failed(error),
      });
      this.encoder.configure({ ...this.config, bitrate: this.bitrate });
      this.size = size;
      this.wanted = true;
      this.canvas = new OffscreenCanvas(size.width, size.height);
      this.pen = this.canvas.getContext("2d", { alpha: false, desynchronized: true });
    } finally {
      this.busy = false;
    }
  }

  #coded(chunk, more) {
    const description = more?.decoderConfig?.description;
    if (description) this.configured(copied(description), this.size);
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    this.coded += 1;
    this.out(bytes, { key: chunk.type === "key", at: chunk.timestamp });
  }

  /** The frame itself where nothing has to be changed but its time, else a drawing of it. */
  #drawn(frame, size, at) {
    const straight = this.turn === 0 && !frame.rotation && frame.displayWidth === size.width && frame.displayHeight === size.height;
    if (straight) return new VideoFrame(frame, { timestamp: at });
    const { pen } = this;
    pen.save();
    pen.translate(size.width / 2, size.height / 2);
    pen.rotate((this.turn * Math.PI) / 180);
    const [width, height] = this.turn % 180 ? [size.height, size.width] : [size.width, size.height];
    pen.drawImage(frame, -width / 2, -height / 2, width, height);
    pen.restore();
    return new VideoFrame(this.canvas, { timestamp: at });
  }
}
