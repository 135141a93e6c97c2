/* The bar for finding words in the document. */

import { Finder, ShownWords } from "./find.mjs";

export class FindBar {
  #bar;
  #field;
  #pane;
  #say;
  #finder = null;
  #found = "";

  constructor(bar, pane, { say, before }) {
    this.#bar = bar;
    this.#field = bar.querySelector("input");
    this.#pane = pane;
    this.#say = say;
    bar.addEventListener("submit", (event) => { event.preventDefault(); this.#enter(1); });
    bar.addEventListener("keydown", (event) => this.#key(event));
    bar.addEventListener("click", (event) => this.#click(event));
    if (before?.shown) { this.#goOn(before); }
  }

  get shown() { return !this.#bar.hidden; }
  get term() { return this.#field.value; }

  open() {
    this.#bar.hidden = false;
    this.#field.focus();
    this.#field.select();
  }

  end() { this.#finder?.end(); this.#finder = null; this.#found = ""; }

  #close() {
    this.end();
    this.#bar.hidden = true;
    this.#count("");
    this.#pane.box?.focus({ preventScroll: true });
  }

  /* The next document was opened while words were looked for: look for them there too. */
  #goOn(before) {
    this.#bar.hidden = false;
    this.#field.value = before.term;
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
  }
}
