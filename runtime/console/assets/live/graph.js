/* The line of viewers per minute, as points of a drawing. */
const WIDTH = 300, HEIGHT = 72, LEAST = 5;

/** The line and the area below it, for so many viewers a minute. */
export function drawn(values) {
  const most = Math.max(LEAST, ...values.map((value) => value * 1.2));
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, place) => `${(place * step).toFixed(1)},${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`);
  if (points.length === 1) points.push(`${WIDTH},${points[0].split(",")[1]}`);
  const line = points.length ? `M${points.join("L")}` : "";
  return { line, area: line ? `${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z` : "" };
}

/** One value a minute, also where nobody was there. */
export function filled(minutes) {
  const found = new Map(minutes);
  const values = [];
  if (minutes.length) for (let at = minutes[0][0]; at <= minutes.at(-1)[0]; at += 60) values.push(found.get(at) ?? 0);
  return values;
}
