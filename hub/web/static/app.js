/* Shortcuts and smooth turning of pages. Everything also works without this file. */
"use strict";

const say = (text) => { document.getElementById("ansage").textContent = text; };
const live = () => "live" in document.body.dataset;
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) { link.click(); return true; }
  return false;
};
/* Use the link, button or field a key belongs to. */
const press = (key) => {
  const control = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => one.checkVisibility());
  if (!control) { return false; }
  if (control.matches("summary")) {
    control.parentElement.open = true;
    (control.parentElement.querySelector("textarea, input:not([type=hidden])") || control).focus();
  } else if (control.matches("input")) { control.focus(); control.select(); } else { control.click(); }
  return true;
};

/* Put the page behind an address in place of the one shown, and say where we are. */
async function swap(address, remember) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) { location.assign(address); return; }
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  const old = document.getElementById("inhalt");
  const focused = old.contains(document.activeElement) && document.activeElement.className;
  old.replaceWith(document.adoptNode(next.getElementById("inhalt")));
  document.title = next.title;
  if (remember) { history.pushState(null, "", address); }
  scrollTo(0, 0);
  const again = focused === "sheet" ? document.querySelector(".sheet") : document.getElementById("inhalt");
  (again || document.getElementById("inhalt")).focus({ preventScroll: true });
  say(document.title.split(" · ")[0]);
}

function turn(direction) {
  const picture = document.querySelector(".sheet-image");
  /* Without its picture a page is short: its end is not the end of its text. */
  if (picture && !picture.complete) { return true; }
  const page = document.documentElement;
  const end = direction === "down"
    ? scrollY + innerHeight >= page.scrollHeight - 4
    : scrollY <= 4;
  return end && follow(`a[data-page="${direction}"]`);
}

function search() {
  const field = document.getElementById("suche");
  if (field) { field.focus(); field.select(); return true; }
  return follow('a[href="/akten"]');
}

const actions = {
  "/": search,
  "?": () => { document.getElementById("tasten").showModal(); return true; },
  PageDown: () => turn("down"),
  PageUp: () => turn("up"),
};
const singles = ["/", "?"];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
  if (document.querySelector("dialog[open]")) { return; }
  const on = "keys" in document.body.dataset;
  const letter = /^[a-z0+-]$/i.test(event.key);
  if (!on && (letter || singles.includes(event.key))) { return; }
  const action = actions[event.key];
  const done = action ? action() : letter && press(event.key.toLowerCase());
  if (done) { event.preventDefault(); }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  /* The document view turns by itself. */
  if (!link || live() || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
  event.preventDefault();
  swap(link.href, true).catch(() => location.assign(link.href));
});
addEventListener("popstate", () => {
  if (document.querySelector(".reader") && !live()) { swap(location.href, false).catch(() => location.reload()); }
});

/* What is being made tells how far it is, until it is ready; the link beside it does the same. */
function watch() {
  const made = document.querySelector("[data-watch]");
  if (!made) { return; }
  setTimeout(async () => {
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) { return; }
      const next = new DOMParser().parseFromString(await response.text(), "text/html");
      const now = next.querySelector("[data-watch]");
      if (now) {
        made.querySelector("progress").value = now.querySelector("progress").value;
        made.querySelector("label").textContent = now.querySelector("label").textContent;
      } else {
        const old = document.getElementById("inhalt");
        const focused = old.contains(document.activeElement);
        old.replaceWith(document.adoptNode(next.getElementById("inhalt")));
        if (focused) { document.getElementById("inhalt").focus({ preventScroll: true }); }
        const told = document.querySelector("#inhalt [role=status]");
        if (told) { say(told.textContent.trim()); }
      }
    } catch { /* The next time tells. */ }
    watch();
  }, Number(made.dataset.watch) * 1000);
}
watch();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) { print(); }
});

/* The menu of the person closes like every menu: Escape, or a click elsewhere. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  const open = document.querySelector("details.person[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("details.person[open]");
  if (open && !open.contains(event.target)) { open.open = false; }
});

/* The banner stands on every page; it is read out only when an alarm came or went. */
const banner = document.querySelector("[data-alarms]");
try {
  const seen = sessionStorage.getItem("alarme") || "";
  const now = banner ? banner.dataset.alarms : "";
  if (now !== seen) {
    sessionStorage.setItem("alarme", now);
    const first = banner && banner.querySelector("strong");
    /* A live region must stand there before it speaks. */
    setTimeout(() => say(first ? `Alarm: ${first.textContent}` : "Alle Alarme sind vorbei."), 300);
  }
} catch { /* Without storage the banner is only seen. */ }
