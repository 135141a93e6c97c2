/* Finding words: in the pages of a document, or in whatever else is shown. */

const MOST = 2000;
/* Hits of one document that are counted; beyond that nobody steps through them. */

export class Finder {
  #source;
  #tell;
  #hits = [];
  #at = -1;
  #run = 0;
  #texts = new Map();

  /* ``source`` has the words, ``tell`` is called with the number of the hit and of all. */
  constructor(source, tell) {
    this.#source = source;
    this.#tell = tell;
  }

  get hit() { return this.#hits[this.#at] ?? null; }

  /* Find every place, beginning with the page that is shown. */
  async find(term) {
    const run = ++this.#run;
    this.#hits = [];
    this.#at = -1;
    const wanted = plain(term).trim();
    if (!wanted) { this.mark(); this.#tell(0, 0, ""); return; }
    for (let number = 1; number <= this.#source.count; number += 1) {
      const text = await this.#text(number);
      if (run !== this.#run) { return; }
      this.#collect(number, text, wanted);
      if (this.#hits.length >= MOST) { break; }
    }
    const here = this.#source.page;
    const next = this.#hits.findIndex((hit) => hit.page >= here);
    this.#at = this.#hits.length ? Math.max(next, 0) : -1;
    this.#show(term);
  }

  step(direction) {
    if (!this.#hits.length) { return; }
    this.#at = (this.#at + direction + this.#hits.length) % this.#hits.length;
    this.#show("");
  }

  /* Mark the hits on the pages that are drawn. */
  mark() {
    if (!CSS.highlights) { return; }
    const every = new Highlight();
    const one = new Highlight();
    this.#hits.forEach((hit, at) => {
      const range = this.#range(hit);
      if (range) { (at === this.#at ? one : every).add(range); }
    });
    CSS.highlights.set("treffer", every);
    CSS.highlights.set("treffer-hier", one);
  }

  end() {
    this.#run += 1;
    this.#hits = [];
    this.#texts.clear();
    CSS.highlights?.clear();
  }

  #show(term) {
    this.mark();
    this.#tell(this.#at + 1, this.#hits.length, term);
    if (this.hit) { this.#source.reveal(this.hit, () => this.#range(this.hit)); }
  }

  async #text(number) {
    if (!this.#texts.has(number)) { this.#texts.set(number, joined(await this.#source.words(number))); }
    return this.#texts.get(number);
  }

  #collect(number, text, wanted) {
    let at = text.letters.indexOf(wanted);
    while (at >= 0 && this.#hits.length < MOST) {
      this.#hits.push({ page: number, from: text.places[at], to: text.places[at + wanted.length - 1] });
      at = text.letters.indexOf(wanted, at + wanted.length);
    }
  }

  #range(hit) {
    if (!hit) { return null; }
    const spans = this.#source.spans(hit.page);
    const first = spans?.[hit.from.item]?.firstChild;
    const last = spans?.[hit.to.item]?.firstChild;
    if (!first || !last || first.nodeType !== Node.TEXT_NODE || last.nodeType !== Node.TEXT_NODE) { return null; }
    const range = new Range();
    range.setStart(first, Math.min(hit.from.offset, first.length));
    range.setEnd(last, Math.min(hit.to.offset + 1, last.length));
    return range;
  }
}

function plain(text) { return text.toLowerCase().replace(/\s+/gu, " "); }

/* One string of a page without its line breaks, and where each letter of it stands. */
function joined(items) {
  const places = [];
  let letters = "";
  items.forEach((item, number) => {
    for (let offset = 0; offset < item.str.length; offset += 1) {
      const letter = item.str[offset].toLowerCase();
      const blank = /\s/u.test(letter);
      if (blank && letters.endsWith(" ")) { continue; }
      letters += blank ? " " : letter[0];
      places.push({ item: number, offset });
    }
    if (!item.hasEOL) { return; }
    if (/\p{L}-$/u.test(letters)) {
      letters = letters.slice(0, -1);
      places.pop();
    } else if (letters && !letters.endsWith(" ")) {
      letters += " ";
      places.push({ item: number, offset: Math.max(item.str.length - 1, 0) });
    }
  });
  return { letters, places };
}

/* The words of anything that is shown as HTML. */
export class ShownWords {
  #box;
  #nodes = null;

  constructor(box) { this.#box = box; }

  count = 1;
  page = 1;

  async words() {
    const walker = document.createTreeWalker(this.#box, NodeFilter.SHOW_TEXT);
    this.#nodes = [];
    while (walker.nextNode()) { this.#nodes.push(walker.currentNode); }
    return this.#nodes.map((node) => ({ str: node.data, hasEOL: true }));
  }

  spans() { return this.#nodes?.map((node) => ({ firstChild: node })) ?? null; }

  reveal(hit, range) { range()?.startContainer.parentElement.scrollIntoView({ block: "center" }); }
}
