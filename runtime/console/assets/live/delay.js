/* How far behind viewers are: what the live playlist says of its newest part and of how far players hold back. */

/** Seconds of which the newest part may be old without anybody noticing. */
const PART = 1;

/** Read a playlist: the moment (ms) at which its last part ends, and the seconds that players hold back. Null: no time. */
export function edge(text) {
  let at = null, hold = null, target = 0;
  for (const line of text.split("\n")) {
    const named = (name) => Number(new RegExp(`${name}=([\\d.]+)`).exec(line)?.[1] ?? NaN);
    if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) at = Date.parse(line.slice(25));
    else if (line.startsWith("#EXTINF:") && at !== null) {
      at += parseFloat(line.slice(8)) * 1000;
    } else if (line.startsWith("#EXT-X-TARGETDURATION:")) target = Number(line.slice(22));
    else if (line.startsWith("#EXT-X-SERVER-CONTROL:")) hold = named("PART-HOLD-BACK");
  }
  return at === null ? null : { at: at + trailing(text) * 1000, hold: Number.isFinite(hold) ? hold : target * 3 };
}

/** Seconds of the parts behind the last whole segment. */
function trailing(text) {
  let sum = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("#EXTINF:")) sum = 0;
    else if (line.startsWith("#EXT-X-PART:")) sum += Number(/DURATION=([\d.]+)/.exec(line)?.[1] ?? 0);
  }
  return sum;
}

/** Seconds after which a viewer sees what happens now: sending and what players hold back, more while nothing new comes. */
export function behind({ at, hold }, now, waited) {
  return waited / 1000 + hold + Math.max(0, (now - at) / 1000 - PART);
}
