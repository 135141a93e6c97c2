/* The bar for finding words: in this document, and in the whole file. */

import { Finder, ShownWords } from "./find.mjs";

export class FindBar {
  #bar;
  #field;
  #pane;
  #say;
  #open;
  #finder = null;
  #found = "";

  constructor(bar, pane, { say, open, before }) {
    this.#bar = bar;
    this.#field = bar.querySelector("input[type=search]");
    this.#pane = pane;
    this.#say = say;
    this.#open = open;
    bar.addEventListener("submit", (event) => { event.preventDefault(); this.#enter(1); });
    bar.addEventListener("keydown", (event) => this.#key(event));
    bar.addEventListener("click", (event) => this.#click(event));
    const asked = new URL(location.href).searchParams.get("finden");
    if (asked) { this.#goOn(asked, before); } else if (before?.shown) { this.#goOn(before.term, before); }
  }

  get shown() { return !this.#bar.hidden; }
  get term() { return this.#field.value; }
  get #finds() { return this.#bar.querySelector("[data-finds]"); }

  open() {
    this.#bar.hidden = false;
    this.#field.focus();
    this.#field.select();
  }

  end() { this.#finder?.end(); this.#finder = null; this.#found = ""; }

  #close() {
    this.end();
    this.#bar.hidden = true;
    this.#finds.replaceChildren();
    this.#count("");
    this.#pane.box?.focus({ preventScroll: true });
  }

  /* Words were looked for when this document was opened: look for them here too. */
  #goOn(term, before) {
    this.#bar.hidden = false;
    this.#field.value = term;
    if (before) { this.#finds.replaceChildren(...before.#finds.childNodes); }
    const shown = this.#pane.onShown;
    this.#pane.onShown = () => { shown(); if (this.term) { this.#find(); } };
  }

  #source() {
    const sheets = this.#pane.sheets;
    if (!sheets) { return new ShownWords(this.#pane.box ?? document.querySelector(".pages")); }
    sheets.onWords = () => this.#finder?.mark();
    return {
      get count() { return sheets.count; },
      get page() { return sheets.page; },
      words: (number) => sheets.words(number),
      spans: (number) => sheets.spans(number),
      reveal: (hit, range) => {
        const place = () => range()?.startContainer.parentElement;
        if (place()) { place().scrollIntoView({ block: "center" }); return; }
        sheets.go(hit.page);
        sheets.onWords = (number) => {
          this.#finder?.mark();
          if (number === hit.page) { place()?.scrollIntoView({ block: "center" }); }
        };
      },
    };
  }

  async #find() {
    this.end();
    this.#found = this.term;
    this.#finder = new Finder(this.#source(), (at, all, term) => this.#tell(at, all, term));
    await this.#finder.find(this.term);
  }

  #enter(direction) {
    if (!this.term) { return; }
    if (this.#finder && this.#found === this.term) { this.#finder.step(direction); } else { this.#find(); }
  }

  #tell(at, all) {
    const text = all ? `${at} von ${all}` : this.term ? "kein Treffer" : "";
    this.#count(text);
    const page = this.#finder?.hit?.page;
    this.#say(all ? `Treffer ${text}${this.#pane.count ? `, Seite ${page}` : ""}` : text);
  }

  #count(text) { this.#bar.querySelector("[data-count]").textContent = text; }

  #key(event) {
    if (event.key === "Escape") { event.preventDefault(); this.#close(); }
    if (event.key === "Enter" && event.shiftKey && event.target === this.#field) { event.preventDefault(); this.#enter(-1); }
  }

  #click(event) {
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act === "hit-up") { this.#enter(-1); }
    if (act === "hit-down") { this.#enter(1); }
    if (act === "find-close") { this.#close(); }
    if (act === "find-everywhere") { this.#everywhere().catch(() => this.#say("Die Suche ist gerade nicht möglich.")); }
    const link = event.target.closest("[data-finds] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    event.stopPropagation();
    this.#open(link.href).catch(() => location.assign(link.href));
  }

  /* Ask the server, which knows the words of every document of the file. */
  async #everywhere() {
    if (!this.term.trim()) { this.#field.focus(); return; }
    const address = new URL(this.#bar.action);
    address.search = new URLSearchParams(new FormData(this.#bar));
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) { throw new Error(`${response.status}`); }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = page.querySelector('section[aria-labelledby="treffer-titel"] ul');
    const links = [...list?.querySelectorAll("a") ?? []];
    for (const link of links) { link.search = new URLSearchParams({ finden: this.term }); }
    const told = document.createElement("p");
    told.textContent = ["Kein Dokument der Akte sagt das.", "Ein Dokument der Akte"][links.length] ?? `${links.length} Dokumente der Akte`;
    this.#finds.replaceChildren(told, ...(list ? [document.adoptNode(list)] : []));
    this.#say(told.textContent);
    this.#finds.querySelector("a")?.focus();
  }
}
