/* A rectangle drawn on a page fills the form beside it; the form does the same by keyboard. */
"use strict";
const sheet = document.querySelector("[data-marking]");
const form = sheet && document.getElementById(sheet.dataset.marking);
if (form) {
  const frame = document.createElement("div");
  frame.className = "marking-frame";
  frame.hidden = true;
  sheet.append(frame);
  const field = (name) => form.elements.namedItem(name);
  const share = (event) => {
    const box = sheet.querySelector("img").getBoundingClientRect();
    const within = (value, size) => Math.min(100, Math.max(0, (value / size) * 100));
    return [within(event.clientX - box.left, box.width), within(event.clientY - box.top, box.height)];
  };
  const show = () => {
    const [left, top, right, low] = ["links", "oben", "rechts", "unten"].map((name) => Number(field(name).value));
    frame.hidden = !(right > left && low > top);
    frame.style.left = `${left}%`;
    frame.style.top = `${top}%`;
    frame.style.width = `${right - left}%`;
    frame.style.height = `${low - top}%`;
  };
  let begin = null;
  const fill = (to) => {
    const pairs = [["links", "rechts"], ["oben", "unten"]];
    pairs.forEach(([low, high], axis) => {
      field(low).value = Math.min(begin[axis], to[axis]).toFixed(1);
      field(high).value = Math.max(begin[axis], to[axis]).toFixed(1);
    });
    show();
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") { return; }
    begin = share(event);
    sheet.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => { if (begin) { fill(share(event)); } });
  sheet.addEventListener("pointerup", (event) => {
    if (!begin) { return; }
    fill(share(event));
    begin = null;
    form.querySelector("button[type=submit]").focus({ preventScroll: true });
  });
  form.addEventListener("input", show);
}
