/* In the audio thread: hands samples on in pieces, and says how loud they are. */
const PIECE = 1024;

class Ear extends AudioWorkletProcessor {
  constructor() {
    super();
    this.filled = 0;
    this.planes = [new Float32Array(PIECE), new Float32Array(PIECE)];
    this.sink = null;
    this.port.onmessage = ({ data }) => (this.sink = data.sink ?? null);
  }

  process([input]) {
    const channels = input.length;
    if (!channels) return true;
    for (let from = 0; from < input[0].length; ) {
      const length = Math.min(PIECE - this.filled, input[0].length - from);
      for (let channel = 0; channel < 2; channel += 1) {
        this.planes[channel].set(input[Math.min(channel, channels - 1)].subarray(from, from + length), this.filled);
      }
      this.filled += length;
      from += length;
      if (this.filled === PIECE) this.hand();
    }
    return true;
  }

  hand() {
    let sum = 0;
    for (const each of this.planes[0]) sum += each * each;
    this.port.postMessage(Math.sqrt(sum / PIECE));
    if (this.sink) {
      const [left, right] = this.planes.map((plane) => plane.slice());
      this.sink.postMessage([left, right], [left.buffer, right.buffer]);
    }
    this.filled = 0;
  }
}

registerProcessor("ear", Ear);
