/* Harbour. The chat of a live room: read in blocks that never change, written with a pass. Everything that people wrote
   is put in as text and never as anything else. */
(() => {
  "use strict";
  const room = window.harbourRoom;
  const list = room?.one("[data-lines]");
  if (!list) return;
  const { one, words, root, make } = room;
  const MOST = 150, form = one("[data-say]"), input = one("[name=text]", form), send = one("[data-send]"), said = one("[data-said]"), notice = one("[data-notice]");
  const lines = new Map(), removed = new Set();
  let next = 0, reading = false, stuck = true;

  /* ---- reading ---- */
  list.addEventListener("scroll", () => { stuck = list.scrollHeight - list.scrollTop - list.clientHeight < 40; }, { passive: true });
  const line = ({ seq, name, text, host, assistant }) => {
    const item = make("p", { "data-seq": seq });
    if (host) {
      item.classList.add("is-host");
      item.append(make("span", { class: "room-host-mark" }, assistant ? words.assistant : words.host), " ");
    }
    const who = make("b", {});
    who.textContent = name;
    const what = make("span", {});
    what.textContent = text;
    item.append(who, " ", what);
    return item;
  };
  const add = (message) => {
    if (removed.has(message.seq) || lines.has(message.seq) || message.at < (room.state?.chat.since || 0)) return;
    const item = line(message);
    lines.set(message.seq, { item, at: message.at });
    list.append(item);
    if (lines.size > MOST) {
      const [oldest, { item: old }] = lines.entries().next().value;
      old.remove();
      lines.delete(oldest);
    }
  };
  const drop = (seq) => {
    removed.add(seq);
    lines.get(seq)?.item.remove();
    lines.delete(seq);
  };
  const follow = () => { if (stuck) list.scrollTop = list.scrollHeight; };
  const block = async (number) => {
    const answer = await fetch(`/live/${room.handle}/chat/${number}.json`);
    return answer.ok ? answer.json() : { messages: [], removed: [] };
  };
  const read = async (last) => {
    if (reading || last < next) return;
    reading = true;
    try {
      // In a quiet room each block holds a line.
      if (!next || last - next > 20) next = Math.max(1, last - (next ? 1 : 7));
      for (; next <= last; next += 1) {
        const { messages, removed: gone } = await block(next);
        messages.forEach(add);
        gone.forEach(drop);
      }
    } catch { /* The next state brings us here again. */ } finally { reading = false; }
    follow();
  };

  /* ---- the chat of a replay: as it came ---- */
  let old = [], fetched = 0, shownTo = 0;
  const replay = async () => {
    const at = room.date();
    if (room.phase !== "replay" || at === null || reading) return;
    reading = true;
    const last = room.state?.chat.block || 0;
    try {
      for (let times = 0; times < 6 && fetched < last && (!old.length || old[old.length - 1].at < at + 15_000); times += 1) {
        fetched += 1;
        const found = await block(fetched);
        old.push(...found.messages);
        found.removed.forEach(drop);
      }
    } catch { fetched = Math.max(0, fetched - 1); } finally { reading = false; }
    if (at < shownTo - 1500) { list.replaceChildren(); lines.clear(); }
    shownTo = at;
    const due = old.filter((each) => each.at <= at && !removed.has(each.seq)).slice(-MOST);
    if (due.length && !lines.has(due[due.length - 1].seq)) { due.forEach(add); follow(); }
  };
  setInterval(replay, 1000);
  room.on("phase", (phase) => {
    if (phase !== "replay") return;
    list.replaceChildren();
    lines.clear();
  });

  /* ---- writing ---- */
  let waiting = 0, counting;
  const tell = (text, good = true) => {
    said.textContent = text;
    said.hidden = !text;
    said.classList.toggle("is-bad", !good);
    clearTimeout(tell.timer);
    if (text) tell.timer = setTimeout(() => { said.hidden = true; }, 6000);
  };
  const looks = () => { send.hidden = !input.value.trim() && document.activeElement !== input && !waiting; };
  const count = () => {
    clearTimeout(counting);
    const left = Math.ceil((waiting - performance.now()) / 1000);
    if (left <= 0) { waiting = 0; send.textContent = words.chat_send; send.disabled = false; looks(); return; }
    send.textContent = room.fill(words.chat_wait, { seconds: left });
    send.disabled = true;
    counting = setTimeout(count, 250);
  };
  // Who may not write asks for a new pass: perhaps something was bought since the one before.
  const mayWrite = async () => { const found = await room.pass(); return found.may_write ? found : room.pass(true); };
  const rest = (seconds) => { waiting = performance.now() + seconds * 1000; count(); };
  input.addEventListener("input", looks);
  input.addEventListener("blur", () => setTimeout(looks, 200));
  input.addEventListener("focus", () => {
    looks();
    mayWrite().then(({ may_write: may, why }) => { if (!may) tell(why || words.chat_only_buyers, false); }).catch(() => {});
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || waiting || send.disabled) return;
    send.disabled = true;
    try {
      await mayWrite();
      const { ok, code, words: why } = await room.send("chat", { text });
      if (ok && ["shown", "held", undefined].includes(code)) {
        input.value = "";
        stuck = true;
        tell(code === "held" ? why || words.chat_held : "");
        rest(room.state?.chat.slow || 1);
      } else {
        tell(why || words.chat_failed, false);
        if (code === "slow") rest(room.state?.chat.slow || 3);
        else send.disabled = false;
      }
    } catch {
      tell(words.chat_failed, false);
      send.disabled = false;
    }
    looks();
  });

  /* ---- what the room says of its chat ---- */
  room.on("state", (state) => {
    if (!state) return;
    const open = state.chat.who !== "off", again = room.phase === "replay" && state.chat.block > 0;
    root.dataset.chat = open || again ? "on" : "off";
    root.dataset.say = open ? "on" : "off";
    input.disabled = !open;
    notice.hidden = !state.chat.notice || !open;
    one("span", notice).textContent = state.chat.notice;
    list.dataset.empty = open ? words.chat_empty : "";
    if (open) read(state.chat.block);
  });
})();
