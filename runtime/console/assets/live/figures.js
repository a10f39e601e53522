/* Numbers of the room: who watches, minute by minute, and what was ordered. */
import { drawn, filled } from "./graph.js";
import { one, piece, put, room, say } from "./room.js";

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
