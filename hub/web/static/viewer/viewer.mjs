/* The document view: turning from document to document without loading the page again. */

import { Beside } from "./beside.mjs";
import { FindBar } from "./findbar.mjs";
import { Firsts } from "./firsts.mjs";
import { Pane } from "./pane.mjs";
import { print } from "./print.mjs";
import { Shelf } from "./shelf.mjs";

const reader = document.querySelector(".reader");
const shelf = new Shelf(reader.dataset.library);
const firsts = new Firsts();
const say = (text) => { document.getElementById("ansage").textContent = text; };
const part = (name) => reader.querySelector(name);

let told = null;
let turn = 0;
let findbar = null;
let turning = false;
let queue = [];
const pane = new Pane(shelf, { onPage: reached });
const beside = new Beside(shelf, frame, () => held());

/* The frame of a document: what makes the view of it, and its entry in the access log. That is
   durable before a byte of the answer leaves: ``logged`` is called without waiting for the rest. */
async function frame(address, { drawn = false, logged = () => {} } = {}) {
  const asked = new URL(address, location.origin);
  asked.searchParams.set("rahmen", "1");
  if (drawn) { asked.searchParams.set("gezeichnet", "1"); }
  const response = await fetch(asked, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) { throw new Error(`${response.status}`); }
  logged();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return {
    title: page.title,
    main: document.adoptNode(page.querySelector(".reader-main")),
    facts: document.adoptNode(page.querySelector(".reader-facts")),
  };
}

/* Show the document behind an address in place of the one shown. */
async function swap(address, { remember }) {
  const mine = ++turn;
  const begun = performance.mark("swap-begin").startTime;
  let seen = false;
  const logged = () => { seen = mine === turn && cover(address, begun); };
  const next = await frame(address, { logged });
  await seen;
  if (mine !== turn) { return; }
  const focused = document.activeElement?.closest(".reader-main")
    ? document.activeElement.closest("[data-key]")?.dataset.key ?? "seiten"
    : null;
  if (remember) { history.pushState({ viewer: true }, "", address); }
  document.title = next.title;
  const old = told;
  told = JSON.parse(next.main.dataset.told);
  const main = part(".reader-main");
  const other = beside.take();
  const first = wantedPage() === 1 ? firsts.canvas(told.first) : null;
  if (first && !told.pdf) { firsts.under(next.main.querySelector(".pages > .sheet"), first); }
  const ready = !first && told.pdf && shelf.has(told.pdf);
  const drawing = draw(next.main, { like: first || ready ? main : null, first: told.pdf ? first : null });
  if (ready) { await drawing.catch(() => null); }
  if (mine !== turn) { return; }
  main.replaceWith(next.main);
  part(".reader-facts").replaceWith(next.facts);
  beside.put(other, told.id);
  outline(old?.id);
  scrollTo(0, 0);
  if (ready && wantedPage() > 1) { pane.go(wantedPage()); }
  wire();
  refocus(focused);
  say(document.title.split(" · ")[0]);
  arrived();
  await drawing;
  if (mine === turn) { after(); }
}

/* Lay the stored picture of a neighbour over the document shown, before anything else is done.
   Returns when it stands on the screen; false where there is none. */
function cover(address, begun) {
  const { pathname, search } = new URL(address, location.origin);
  const near = told.around.find((one) => one.first?.startsWith(`${pathname}/`));
  const first = near && !search ? firsts.canvas(near.first) : null;
  if (!first) { return false; }
  pane.cover(part(".pages"), first);
  scrollTo(0, 0);
  return painted().then(() => performance.measure("first-page", { start: begun }));
}

/* Wait for the screen; a window nobody sees is not painted. */
function painted() {
  return document.hidden ? Promise.resolve() : new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
}

/* Go where a link leads. Who presses J three times at once goes three documents on. */
async function follow(address) {
  turning = true;
  try {
    await swap(address, { remember: true });
  } catch {
    location.assign(address);
  }
}

function arrived() {
  turning = false;
  const key = queue.shift();
  const link = key && part(`a[data-swap][data-key="${key}"]`);
  if (link) { link.click(); } else { queue = []; }
}

/* Draw the pages; ``like`` is a box of the width they will have, ``first`` a picture of the first. */
async function draw(main, { like = null, first = null } = {}) {
  const mine = turn;
  const box = main.querySelector(".pages");
  findbar?.end();
  try {
    const width = like ? like.querySelector(".pages").clientWidth : 0;
    await pane.show(box, told, { first: wantedPage(), width, ready: first });
    if (mine === turn) { performance.measure("swap", "swap-begin"); }
  } catch (error) {
    if (mine === turn && told.pdf) { await drawnByServer(box); }
  }
}

/* What PDF.js refuses the server may still draw. */
async function drawnByServer(box) {
  const mine = turn;
  const next = await frame(location.href, { drawn: true });
  if (mine !== turn) { return; }
  told = { ...told, pdf: null };
  // Within its frame, which may not stand in the page yet.
  box.closest(".reader-main").replaceChildren(...next.main.childNodes);
  wire();
}

function wantedPage() {
  const word = new URL(location.href).searchParams.get("seite") ?? "1";
  return Math.max(1, Number.parseInt(word, 10) || 1);
}

/* What can wait until the reader has the document before them. */
function after() {
  const mine = turn;
  held();
  firsts.open(told.first, told.ticket);
  for (const { first, pdf } of told.around) {
    firsts.open(first).then((ticket) => {
      if (pdf && mine === turn) { prepare(pdf, ticket).catch(() => null); }
    });
  }
}

/* Parse a neighbour and look up its first page: turning to it waits for the drawing alone. */
async function prepare(part, ticket) {
  const pdf = await shelf.open(part, ticket, { ahead: true });
  await pdf?.getPage(1);
}

function held() {
  const near = [told, ...told.around];
  shelf.keep([...near.map((one) => one.pdf), beside.part]).catch(() => null);
  firsts.keep(near.map((one) => one.first));
}

function outline(old) {
  for (const link of part(".reader-tree").querySelectorAll("[aria-current]")) { link.removeAttribute("aria-current"); }
  const link = part(`.reader-tree a[href="${told.address}"]`);
  link?.setAttribute("aria-current", "page");
  if (old !== told.id) { link?.scrollIntoView({ block: "nearest" }); }
}

function refocus(key) {
  if (key === null) { return; }
  const again = (key !== "seiten" && part(`.reader-main [data-key="${key}"]:not(form)`)) || part(".pages");
  again.focus({ preventScroll: true });
}

function reached(number) {
  const field = part("#seitenzahl");
  if (!field) { return; }
  if (document.activeElement !== field) { field.value = number; }
  const address = new URL(location.href);
  if (number > 1) { address.searchParams.set("seite", number); } else { address.searchParams.delete("seite"); }
  history.replaceState(history.state, "", address);
  say(`Seite ${number} von ${pane.count}`);
}

/* How much of the window the toolbar covers; pages are scrolled to below it. */
const covered = new ResizeObserver(([entry]) => {
  const fixed = getComputedStyle(entry.target).position === "sticky";
  reader.style.setProperty("--stuck", `${fixed ? entry.target.offsetHeight : 0}px`);
});

/* Make the controls of the present frame work. */
function wire() {
  for (const control of reader.querySelectorAll("[data-live]")) { control.hidden = false; }
  part("[data-plain]")?.remove();
  covered.disconnect();
  covered.observe(part(".stuck"));
  pane.onShown = () => {
    const count = part("[data-pages]");
    if (count) { count.textContent = pane.count; part("#seitenzahl").value = pane.page; }
    zoomed();
  };
  findbar = new FindBar(part("[data-find]"), pane, { say, open: follow, before: findbar });
  beside.wire(part('[data-do="beside"]'));
  pane.onShown();
}

function zoomed() {
  const shown = part("[data-zoom]");
  if (shown) { shown.textContent = `${Math.round(pane.zoom * 100)} %`; }
}

const jump = () => {
  const number = Number.parseInt(part("#seitenzahl").value, 10);
  if (number) { pane.go(number); }
  part("#seitenzahl").value = pane.page;
  part(".pages").focus({ preventScroll: true });
};
const scale = (change) => { change(); zoomed(); say(`${part("[data-zoom]").textContent} der Breite`); };
const acts = {
  "page-up": () => pane.go(pane.page - 1),
  "page-down": () => pane.go(pane.page + 1),
  smaller: () => scale(() => pane.larger(-1)),
  larger: () => scale(() => pane.larger(1)),
  fit: () => scale(() => pane.larger(0)),
  rotate: () => { pane.rotate(); say("Ansicht gedreht"); },
  find: () => findbar.open(),
  beside: () => beside.toggle(told, part(".desk")),
  print: () => print(pane, told, reader.dataset.csrf, say),
};

reader.addEventListener("click", (event) => {
  const control = event.target.closest("button[data-do]");
  if (control && acts[control.dataset.do]) { acts[control.dataset.do](); return; }
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button || link.download) { return; }
  const inside = link.matches("[data-swap]") || link.closest(".reader-tree .leaf") || link.matches('.tools a:not([data-key="t"])');
  if (!inside) { return; }
  event.preventDefault();
  if (turning && link.dataset.key) { queue.push(link.dataset.key); return; }
  follow(link.href);
});
reader.addEventListener("submit", (event) => {
  if (event.target.dataset.do === "jump") { event.preventDefault(); jump(); }
});
addEventListener("popstate", () => { swap(location.href, { remember: false }).catch(() => location.reload()); });
addEventListener("scroll", () => pane.look(), { passive: true });
addEventListener("resize", () => pane.fit());
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "p" && (event.ctrlKey || event.metaKey) && (turning || pane.count)) {
    event.preventDefault();
    /* A picture without its document is not printed: the log would name another one, or none. */
    if (!turning) { acts.print(); }
  }
});

document.body.dataset.live = "";
told = JSON.parse(part(".reader-main").dataset.told);
performance.mark("swap-begin");
wire();
await draw(part(".reader-main"));
after();
beside.restore(told, part(".desk"));
