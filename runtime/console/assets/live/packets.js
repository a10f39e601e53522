/* Batches of coded samples as the shop's live server reads them: "SWP1", then records, all numbers big-endian. */
const MAGIC = new Uint8Array([0x53, 0x57, 0x50, 0x31]);
const RECORD = 20;
export const PICTURE_CONFIG = 1, SOUND_CONFIG = 2, PICTURE = 3, SOUND = 4;
const CODES = { aac: 1, opus: 2 };

/** One record: its head and its data; times are microseconds. */
export function record(kind, { key = false, at = 0, data = new Uint8Array(0) } = {}) {
  const made = new Uint8Array(RECORD + data.byteLength);
  const head = new DataView(made.buffer);
  head.setUint8(0, kind);
  head.setUint8(1, key ? 1 : 0);
  head.setBigUint64(4, BigInt(Math.max(0, Math.round(at))));
  head.setInt32(12, 0);
  head.setUint32(16, data.byteLength);
  made.set(data, RECORD);
  return made;
}

/** What a batch says of the sound that follows: its codec and what the encoder describes itself with. */
export function soundConfig(codec, channels, rate, description = new Uint8Array(0)) {
  const data = new Uint8Array(8 + description.byteLength);
  const head = new DataView(data.buffer);
  head.setUint8(0, CODES[codec]);
  head.setUint8(1, channels);
  head.setUint32(4, rate);
  data.set(description, 8);
  return record(SOUND_CONFIG, { data });
}

/** One body of several pieces; only those of records begin with the four letters. */
export function joined(pieces, plain = false) {
  const size = pieces.reduce((sum, each) => sum + each.byteLength, plain ? 0 : MAGIC.length);
  const body = new Uint8Array(size);
  let place = 0;
  if (!plain) {
    body.set(MAGIC);
    place = MAGIC.length;
  }
  for (const each of pieces) {
    body.set(each, place);
    place += each.byteLength;
  }
  return body;
}
