/* Numbers of the room: who watches, minute by minute, and what was ordered. */
import { one, piece, put, room, say } from "./room.js";

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

export class Figures {
  show(desk) {
    const shown = desk.broadcast ?? desk.practice;
    const minutes = desk.minutes ?? [];
    const values = filled(minutes);
    const now = values.at(-1) ?? 0;
    this.#figure("viewers", shown ? now : "–");
    this.#figure("peak", shown ? Math.max(shown.peak, ...values, 0) : "–");
    this.#figure("likes", shown ? shown.likes : "–");
    one("[data-viewers]").hidden = !desk.broadcast || shown.state === "armed";
    put(one("[data-viewers-count]"), now);
    const { line, area } = drawn(values);
    one(".spark-line").setAttribute("d", line);
    one(".spark-area").setAttribute("d", area);
    const clock = new Intl.DateTimeFormat(room.locale, { hour: "2-digit", minute: "2-digit", timeZone: room.timezone });
    put(one("[data-spark-from]"), minutes.length ? clock.format(minutes[0][0] * 1000) : "");
    put(one("[data-spark-to]"), minutes.length > 1 ? clock.format(minutes.at(-1)[0] * 1000) : "");
    if (minutes.length) put(one("[data-spark-words]"), say("minute", { count: now }));
    if (room.host) this.#sales(desk.sales);
  }

  #sales(sales) {
    this.#figure("orders", sales ? sales.orders : "–");
    this.#figure("takings", sales ? sales.takings : "–");
    const last = sales?.last ?? [];
    const box = one("[data-orders]");
    const key = last.map(({ order }) => order).join();
    one("[data-orders-empty]").hidden = last.length > 0;
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    box.replaceChildren(
      ...last.map((each) => {
        const line = piece("order");
        const good = room.bag.find(({ number }) => number === each.number);
        put(one(".order-name", line), good ? `${good.number} · ${good.title}` : each.order);
        put(one(".order-total", line), each.total);
        put(one("time", line), each.clock);
        return line;
      }),
    );
  }

  #figure(name, value) {
    put(one(`[data-figure="${name}"]`), value);
  }
}
