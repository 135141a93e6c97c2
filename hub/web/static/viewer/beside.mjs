/* A second document beside the first, to compare the two. */

import { Pane } from "./pane.mjs";

export class Beside {
  #shelf;
  #frame;
  #changed;
  #column = null;
  #pane = null;
  #told = null;
  #button = null;
  #scrolled = 0;

  /* ``frame`` fetches a document's frame, ``changed`` is told when other documents are needed. */
  constructor(shelf, frame, changed) {
    this.#shelf = shelf;
    this.#frame = frame;
    this.#changed = changed;
  }

  get part() { return this.#told?.pdf ?? null; }

  wire(button) {
    this.#button = button;
    button?.setAttribute("aria-pressed", String(Boolean(this.#column)));
  }

  toggle(told, desk) { if (this.#column) { this.#close(); } else { this.#open(told, desk, neighbour(told)); } }

  /* The address says what lies beside: open it. */
  restore(told, desk) {
    const id = new URL(location.href).searchParams.get("neben");
    const link = id && leaves().find((one) => one.pathname.endsWith(`/${id}`));
    if (link) { this.#open(told, desk, link.pathname); }
  }

  /* The column moves to the next frame as it is. */
  take() {
    this.#scrolled = this.#pane?.box?.scrollTop ?? 0;
    this.#column?.remove();
    return this.#column;
  }

  put(column) {
    if (!column) { return; }
    const desk = document.querySelector(".desk");
    desk.append(column);
    desk.classList.add("double");
    if (this.#pane?.box) { this.#pane.box.scrollTop = this.#scrolled; }
    this.#remember();
  }

  #open(told, desk, address) {
    if (!address) { return; }
    this.#column = build(address);
    this.#column.querySelector("select").addEventListener("change", (event) => this.#show(event.target.value));
    this.#column.querySelector("button").addEventListener("click", () => this.#close());
    desk.append(this.#column);
    desk.classList.add("double");
    dispatchEvent(new Event("resize"));
    this.wire(this.#button);
    this.#show(address);
  }

  async #show(address) {
    const next = await this.#frame(address);
    this.#told = JSON.parse(next.main.dataset.told);
    await this.#pane?.end();
    const old = this.#column.querySelector(".pages");
    const box = next.main.querySelector(".pages");
    box.removeAttribute("id");
    box.setAttribute("aria-label", `Daneben: ${next.title.split(" · ")[0]}`);
    old.replaceWith(box);
    this.#pane = new Pane(this.#shelf, { scroller: box });
    this.#remember();
    await this.#pane.show(box, this.#told);
    this.#changed();
  }

  async #close() {
    this.#column.parentNode?.classList.remove("double");
    this.#column.remove();
    this.#column = null;
    this.#told = null;
    await this.#pane?.end();
    this.#pane = null;
    this.#remember();
    this.wire(this.#button);
    this.#button?.focus();
    dispatchEvent(new Event("resize"));
    this.#changed();
  }

  #remember() {
    const address = new URL(location.href);
    const link = this.#column?.querySelector(".beside-head a");
    if (link && this.#told) {
      link.href = `${location.pathname}/vergleich/${this.#told.id}`;
      link.hidden = location.pathname.endsWith(this.#told.id);
    }
    if (this.#told) { address.searchParams.set("neben", this.#told.id); } else { address.searchParams.delete("neben"); }
    history.replaceState(history.state, "", address);
  }
}

function leaves() { return [...document.querySelectorAll(".reader-tree .leaf")]; }

/* The document before this one in the list, or after it: what one most often compares with. */
function neighbour(told) {
  const all = leaves();
  const at = all.findIndex((one) => one.pathname === told.address);
  return (all[at + 1] ?? all[at - 1])?.pathname ?? null;
}

function build(address) {
  const column = document.createElement("section");
  column.className = "beside";
  column.setAttribute("aria-label", "Daneben liegendes Dokument");
  const row = document.createElement("div");
  row.className = "beside-head";
  const label = document.createElement("label");
  label.htmlFor = "daneben";
  label.textContent = "Daneben";
  const select = document.createElement("select");
  select.id = "daneben";
  for (const leaf of leaves()) {
    const text = [...leaf.querySelectorAll("span")].map((one) => one.textContent.trim()).join(", ");
    select.append(new Option(text, leaf.pathname, false, leaf.pathname === address));
  }
  const compare = document.createElement("a");
  compare.className = "button quiet";
  compare.textContent = "Unterschiede";
  compare.hidden = true;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button quiet";
  close.textContent = "Weglegen";
  row.append(label, select, compare, close);
  const box = document.createElement("div");
  box.className = "pages";
  column.append(row, box);
  return column;
}
