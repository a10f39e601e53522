/* Beside the page, where no timer is slowed down: codes what camera and microphone give, and sends it. */
import { Picture } from "./picture.js";
import { Sound } from "./sound.js";
import { Rate } from "./rate.js";
import { Closed, Uplink } from "./uplink.js";
import { PICTURE, PICTURE_CONFIG, SOUND, SOUND_CONFIG, record, soundConfig } from "./packets.js";

const WITHIN = 8000;
const TELL_EVERY = 1000;
const SPEAKS_WITHIN = 2000;
const clock = () => performance.now();
const wait = (time) => new Promise((done) => setTimeout(done, time));
const say = (what, values = {}) => postMessage({ what, ...values });

let uplink = null, picture = null, sound = null, rate = null, ticket = "", address = "", session = "", media = "", reading = null;
let renewed = null;
const zero = clock();
const named = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const moment = () => (clock() - zero) * 1000;

async function send(number, body) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), WITHIN);
  try {
    const answer = await fetch(`${address}/${session}/${number}`, {
      method: "PUT", body, signal: stop.signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
      headers: { Authorization: `Bearer ${ticket}`, "Content-Type": media },
    });
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json().catch(() => ({})) : {};
    return { status: answer.status, expect: told.expect, error: told.error };
  } catch {
    return { status: 0 };
  } finally {
    clearTimeout(late);
  }
}

function hear(what, values) {
  if (what === "ticket") {
    say("ticket");
    return new Promise((done) => (renewed = done));
  }
  if (what === "session") {
    session = named();
    if (values.status === 413) lower();
    return null;
  }
  if (what === "resync" || what === "begin") picture?.wantKey();
  if (what === "resync") {
    say("resync", { way: media });
  } else if (what !== "sent") say(what);
  return null;
}

function open({ to, pass, plain, most, longest, first, heard }) {
  address = to;
  session = named();
  ticket = pass;
  media = plain ? "video/mp4" : "application/octet-stream";
  rate = new Rate({ most, first: first ?? most });
  const awaited = plain ? [] : heard ? [PICTURE_CONFIG, SOUND_CONFIG] : [PICTURE_CONFIG];
  uplink = new Uplink({ send, clock, wait, tell: hear, plain, awaited });
  const opened = uplink;
  setTimeout(() => opened.configs.has(PICTURE_CONFIG) && opened.forgo(), SPEAKS_WITHIN);
  if (!plain) {
    picture = new Picture({
      longest,
      bitrate: rate.now,
      configured: (data, size) => {
        uplink.configure(PICTURE_CONFIG, record(PICTURE_CONFIG, { data }));
        say("size", size);
      },
      out: (data, { key, at }) => uplink.add(record(PICTURE, { key, at, data }), { key }),
      failed: (error) => say("failed", { why: String(error?.message ?? error) }),
    });
  }
  uplink.run().catch((error) => say("closed", { why: error instanceof Closed ? error.why : String(error) }));
}

async function frames(stream) {
  reading?.cancel().catch(() => {});
  const reader = (reading = stream.getReader());
  let offset = null;
  for (;;) {
    const { value: frame, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    // The camera's own times are the smoothest; where they stray from the clock they are set right.
    const now = moment();
    if (offset === null || Math.abs(frame.timestamp + offset - now) > 250_000) offset = now - frame.timestamp;
    if (picture) await picture.take(frame, Math.max(0, Math.round(frame.timestamp + offset)));
    else frame.close();
  }
}

async function listen({ rate: hertz, channels, port }) {
  sound?.close();
  sound = new Sound({
    rate: hertz,
    channels,
    configured: (codec, count, samples, description) => uplink.configure(SOUND_CONFIG, soundConfig(codec, count, samples, description)),
    out: (data, { at }) => uplink.add(record(SOUND, { at, data }), { sound: true }),
    failed: (error) => say("failed", { why: String(error?.message ?? error) }),
  });
  say("sound", { codec: await sound.open() });
  port.onmessage = ({ data }) => sound?.take(data, moment());
}

function lower() {
  const next = rate.shrink(clock());
  if (next !== null) picture?.setBitrate(next);
}

setInterval(() => {
  if (!uplink) return;
  picture?.goOn(Math.round(moment()));
  const waited = uplink.waiting();
  const next = rate.note(waited, clock());
  if (next !== null) {
    picture?.setBitrate(next);
    say("rate", { bitrate: next });
  }
  say("figures", { ...uplink.figures, waits: waited, bitrate: rate.now, dropped: picture?.dropped ?? 0, coded: picture?.coded ?? 0, down: uplink.down > 0 });
}, TELL_EVERY);

const doing = {
  open,
  listen,
  frames: ({ stream }) => frames(stream),
  track: ({ track }) => frames(new MediaStreamTrackProcessor({ track }).readable),
  frame: ({ frame }) => picture?.take(frame, Math.round(moment())) ?? frame.close(),
  bytes: ({ bytes, key }) => uplink?.add(new Uint8Array(bytes), { key }),
  turn: ({ turn }) => picture && (picture.turn = turn),
  size: ({ longest, most }) => {
    picture.longest = longest;
    const next = rate.limit(most, clock());
    if (next !== null) picture.setBitrate(next);
  },
  key: () => picture?.wantKey(),
  ticket: ({ pass }) => {
    ticket = pass;
    renewed?.();
    renewed = null;
  },
  close: () => {
    uplink?.stop();
    picture?.close();
    sound?.close();
    reading?.cancel().catch(() => {});
    uplink = picture = sound = reading = null;
  },
};
onmessage = ({ data }) => doing[data.do]?.(data);
