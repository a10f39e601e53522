/* Codes samples of the microphone; they come from the audio thread as channels of numbers. */
import { chooseSound, copied } from "./codecs.js";

const DRIFT = 250_000;

export class Sound {
  /** `out(bytes, {at})` gets coded sound, `configured(codec, channels, rate, description)` what decoders need before it. */
  constructor({ rate, channels, out, configured, failed }) {
    Object.assign(this, { rate, channels, out, configured, failed });
    this.begun = null;
    this.count = 0;
    this.last = -1;
  }

  /** Make the encoder; return the name of its coding, or "" where there is none. */
  async open() {
    this.config = await chooseSound(this.rate, this.channels);
    if (!this.config) return "";
    this.codec = this.config.codec === "opus" ? "opus" : "aac";
    this.encoder = new AudioEncoder({
      output: (chunk, more) => this.#coded(chunk, more),
      error: (error) => this.failed(error),
    });
    this.encoder.configure(this.config);
    return this.codec;
  }

  /** Take planes of samples that were complete at a moment (microseconds). Their own count is the clock until it strays. */
  take(planes, now) {
    if (this.encoder?.state !== "configured") return;
    const length = planes[0].length;
    const lasts = (length * 1e6) / this.rate;
    const counted = this.begun === null ? null : this.begun + (this.count * 1e6) / this.rate;
    if (counted === null || Math.abs(now - lasts - counted) > DRIFT) {
      this.begun = now - lasts;
      this.count = 0;
    }
    const at = Math.round(this.begun + (this.count * 1e6) / this.rate);
    this.count += length;
    if (at <= this.last) return;
    this.last = at;
    const data = new Float32Array(length * this.channels);
    for (let channel = 0; channel < this.channels; channel += 1) data.set(planes[channel] ?? planes[0], channel * length);
    const made = new AudioData({
      format: "f32-planar", sampleRate: this.rate, numberOfFrames: length, numberOfChannels: this.channels, timestamp: at, data,
    });
    this.encoder.encode(made);
    made.close();
  }

  close() {
    if (this.encoder && this.encoder.state !== "closed") this.encoder.close();
    this.encoder = null;
  }

  #coded(chunk, more) {
    if (more?.decoderConfig) this.configured(this.codec, this.channels, this.rate, copied(more.decoderConfig.description));
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    this.out(bytes, { at: chunk.timestamp });
  }
}
