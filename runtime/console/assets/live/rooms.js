// Rooms are made and edited without this; with it products are numbered as they are ticked, and moved numbers are told at once.
(() => {
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- a new room: the order of ticking gives the numbers
function numbering(form) {
  const order = form.elements.order;
  const told = form.querySelector("[data-count]");
  let listed = order.value.split(" ").filter(Boolean);
  const draw = () => {
    const boxes = all("input[name=pick]", form);
    const ticked = boxes.filter((one) => one.checked).map((one) => one.value);
    listed = [...listed.filter((one) => ticked.includes(one)), ...ticked.filter((one) => !listed.includes(one))];
    order.value = listed.join(" ");
    for (const box of boxes) box.closest("label").querySelector(".pick-number").textContent = box.checked ? listed.indexOf(box.value) + 1 : "";
    if (told) told.textContent = listed.length ? told.dataset.words.replace("{count}", listed.length) : "";
  };
  form.addEventListener("change", (event) => { if (event.target.name === "pick") draw(); });
  draw();
  const narrow = form.querySelector("[data-narrow]");
  narrow?.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) event.preventDefault(); });
  narrow?.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = narrow.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const item of all("[data-picks] > li", form)) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word)) && !item.querySelector("input").checked;
      left += item.hidden ? 0 : 1;
    }
    form.querySelector("[data-none]").hidden = left > 0;
  });
}

// ---- a room that has begun: the warning stands there as soon as a number would be another one
function watching(form) {
  const before = form.dataset.room.split(" ").filter(Boolean);
  const look = () => {
    const notice = form.querySelector("[data-moved]");
    if (!notice) return;
    const after = all(".bag-list > [data-entry]", form).map((one) => all("input", one).at(-1).value.trim());
    notice.hidden = before.every((handle, index) => after[index] === handle || (!after.includes(handle) && index >= after.length));
  };
  form.addEventListener("input", look);
}

for (const form of all("form[data-room-new]")) numbering(form);
for (const form of all("form[data-room]:not([data-room=''])")) watching(form);
})();
