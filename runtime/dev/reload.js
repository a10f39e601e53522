/* Only in dev: waits for the next build, loads the page again, swaps style sheets in place, shows what is wrong. */
(() => {
  "use strict";
  const own = document.currentScript;
  const shown = Number(own.dataset.number);
  const chinese = /^zh/i.test(navigator.language);
  const say = (zh, en) => (chinese ? zh : en);
  let seen = -1, box = null, dismissed = -1;

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const hide = () => { box?.remove(); box = null; };

  const show = (news) => {
    hide();
    if (dismissed === news.number) return;
    if (!document.querySelector("link[data-dev]")) {
      const sheet = make("link");
      sheet.rel = "stylesheet";
      sheet.href = "/__dev__/overlay.css";
      sheet.dataset.dev = "";
      document.head.append(sheet);
    }
    box = make("div", "dev-overlay");
    box.setAttribute("role", "alertdialog");
    box.setAttribute("aria-label", say("店铺有问题", "The shop has problems"));
    const head = make("p", "dev-head", say("改动还没有生效，后面是上一次正常的页面。", "Not live yet: behind this is the last good page."));
    const close = make("button", "dev-close", say("关闭", "Close"));
    close.type = "button";
    close.addEventListener("click", () => { dismissed = news.number; hide(); });
    head.append(close);
    box.append(head);
    if (news.fault) box.append(make("pre", "dev-text", news.fault));
    for (const each of news.said) {
      const part = make("section", "dev-problem");
      part.append(make("p", "dev-place", each.place), make("pre", "dev-text", each.text));
      box.append(part);
    }
    document.body.append(box);
    close.focus();
  };

  const swap = (styles) => {
    for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
      const target = styles[new URL(link.href).pathname];
      if (!target) continue;
      const fresh = link.cloneNode();
      fresh.href = target;
      fresh.addEventListener("load", () => link.remove(), { once: true });
      fresh.addEventListener("error", () => location.reload(), { once: true });
      link.after(fresh);
    }
  };

  const take = (news) => {
    if (news.number < seen) { location.reload(); return; }
    const first = seen < 0;
    seen = news.number;
    if (news.pages > shown) { location.reload(); return; }
    if (!first && Object.keys(news.styles).length) swap(news.styles);
    if (news.fault || news.said.length) show(news); else hide();
  };

  const ask = () => {
    fetch(`/__dev__/news?seen=${seen < 0 ? "" : seen}`, { cache: "no-store" })
      .then((answer) => answer.json())
      .then((news) => { take(news); ask(); })
      .catch(() => setTimeout(ask, 1000));
  };
  fetch("/__dev__/news?seen=", { cache: "no-store" }).then((answer) => answer.json()).then((news) => { take(news); ask(); }).catch(() => setTimeout(ask, 1000));
})();
