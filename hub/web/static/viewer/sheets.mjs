/* The pages of one document, one below the other; drawn when they come near the window. */

const WIDEST = 928;
const MOST_PIXELS = 16_000_000;
const AHEAD = "60% 0px";
const ROUND = 0.001;
/* CSS pixels of a page at 100 %; pixels of one canvas; how far ahead pages are drawn; what a
   length may lack by the way numbers are kept. */

export class Sheets {
  #library;
  #pdf;
  #box;
  #list = [];
  #watch = null;
  #zoom;
  #turn;
  #onPage;
  #page = 1;
  #inner = 0;
  #over = false;

  constructor(library, pdf, { zoom = 1, turn = 0, onPage = () => {} } = {}) {
    this.#library = library;
    this.#pdf = pdf;
    this.#zoom = zoom;
    this.#turn = turn;
    this.#onPage = onPage;
  }

  get count() { return this.#pdf.numPages; }
  get page() { return this.#page; }
  get zoom() { return this.#zoom; }
  get turn() { return this.#turn; }

  /* Draw page ``first`` and put the sheets into the box, in place of what is there.
     ``scroller`` is what is scrolled: null for the window. */
  async fill(box, first, { scroller = null, width = 0 } = {}) {
    this.#box = box;
    const inner = width || inside(box);
    const page = await this.#pdf.getPage(first);
    const shape = page.getViewport({ scale: 1, rotation: this.#angle(page) });
    for (let number = 1; number <= this.count; number += 1) {
      const place = element("div", "sheet");
      place.dataset.page = number;
      this.#list.push({ number, box: place, width: shape.width, height: shape.height, drawn: 0, job: null, layer: null });
    }
    this.#size(inner);
    await this.#draw(this.#list[first - 1], page);
    if (this.#over) { return; }
    box.replaceChildren(...this.#list.map((sheet) => sheet.box));
    this.#page = first;
    this.#watch = new IntersectionObserver((seen) => this.#seen(seen), { root: scroller, rootMargin: AHEAD });
    for (const sheet of this.#list) { this.#watch.observe(sheet.box); }
    if (first > 1) { this.#list[first - 1].box.scrollIntoView({ block: "start" }); }
  }

  /* Scroll to a page. */
  go(number) {
    const wanted = Math.max(1, Math.min(number, this.count));
    this.#list[wanted - 1].box.scrollIntoView({ block: "start" });
    this.#reached(wanted);
  }

  scale(zoom, turn = this.#turn) {
    const turned = turn !== this.#turn;
    const here = this.#page;
    this.#zoom = zoom;
    this.#turn = turn;
    for (const sheet of this.#list) {
      if (turned) { [sheet.width, sheet.height] = [sheet.height, sheet.width]; }
      sheet.drawn = 0;
    }
    this.fit();
    this.go(here);
  }

  /* Take the width there is now, and draw again what is seen. */
  fit() {
    if (!this.#box || this.#over) { return; }
    this.#size(inside(this.#box));
    for (const sheet of this.#list.filter((one) => one.near)) { this.#ask(sheet); }
  }

  /* Say which page is in the middle of the window. */
  look(middle) {
    let low = 0;
    let high = this.#list.length - 1;
    while (low < high) {
      const at = Math.ceil((low + high) / 2);
      if (this.#list[at].box.getBoundingClientRect().top <= middle) { low = at; } else { high = at - 1; }
    }
    this.#reached(low + 1);
  }

  /* The words of a page as PDF.js found them. */
  async words(number) {
    const page = await this.#pdf.getPage(number);
    const content = await page.getTextContent();
    return content.items.filter((item) => item.str !== undefined);
  }

  /* The elements that hold these words, once the page is drawn; null before. */
  spans(number) { return this.#list[number - 1]?.layer?.textDivs ?? null; }

  /* Called whenever the words of another page can be marked. */
  onWords = () => {};

  /* Draw every page for the printer. */
  async print(box, dots, tell) {
    for (let number = 1; number <= this.count; number += 1) {
      const page = await this.#pdf.getPage(number);
      const canvas = element("canvas", "print-page");
      const view = page.getViewport({ scale: dots / 72 });
      [canvas.width, canvas.height] = [Math.round(view.width), Math.round(view.height)];
      await page.render({ canvas, viewport: view, intent: "print" }).promise;
      page.cleanup();
      box.append(canvas);
      tell(number);
    }
  }

  async end() {
    this.#over = true;
    this.#watch?.disconnect();
    for (const sheet of this.#list) { this.#clear(sheet); }
    this.#list = [];
    this.onWords = () => {};
    this.#onPage = () => {};
  }

  #reached(number) {
    if (number === this.#page) { return; }
    this.#page = number;
    this.#onPage(number);
  }

  #angle(page) { return (page.rotate + this.#turn) % 360; }

  /* A box that is not in the page yet has no width of its own: the last one holds. */
  #size(inner) {
    this.#inner = inner > 0 ? inner : this.#inner;
    for (const sheet of this.#list) {
      sheet.scale = size(sheet.box, sheet, this.#inner, this.#zoom);
    }
  }

  #seen(entries) {
    for (const entry of entries) {
      const sheet = this.#list[Number(entry.target.dataset.page) - 1];
      if (!sheet) { continue; }
      sheet.near = entry.isIntersecting;
      if (sheet.near) { this.#ask(sheet); } else { this.#clear(sheet); }
    }
  }

  #ask(sheet) {
    if (sheet.drawn === sheet.scale) { return; }
    this.#draw(sheet).catch((error) => {
      if (error?.name !== "RenderingCancelledException" && !this.#over) { console.warn(`page ${sheet.number}: ${error.message}`); }
    });
  }

  async #draw(sheet, ready = null) {
    sheet.job?.cancel();
    sheet.drawn = sheet.scale;
    const page = ready ?? await this.#pdf.getPage(sheet.number);
    const rotation = this.#angle(page);
    const shape = page.getViewport({ scale: 1, rotation });
    if (Math.abs(shape.width - sheet.width) > 0.5 || Math.abs(shape.height - sheet.height) > 0.5) {
      [sheet.width, sheet.height] = [shape.width, shape.height];
      this.#size(inside(this.#box));
      sheet.drawn = sheet.scale;
    }
    const view = page.getViewport({ scale: sheet.scale, rotation });
    const dense = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (view.width * view.height)));
    const canvas = element("canvas", "sheet-canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Seite ${sheet.number} von ${this.count}`);
    const large = page.getViewport({ scale: sheet.scale * dense, rotation });
    [canvas.width, canvas.height] = [Math.floor(large.width), Math.floor(large.height)];
    sheet.job = page.render({ canvas, viewport: large });
    await sheet.job.promise;
    sheet.job = null;
    if (this.#over || sheet.drawn !== view.scale) { free(canvas); return; }
    const words = element("div", "textLayer");
    for (const old of sheet.box.querySelectorAll("canvas")) { free(old); }
    sheet.box.style.setProperty("--total-scale-factor", view.scale);
    sheet.box.replaceChildren(canvas, words);
    if (ready) { this.#lay(sheet, page, words, view); } else { await this.#lay(sheet, page, words, view); }
  }

  async #lay(sheet, page, words, view) {
    const source = await page.getTextContent();
    if (this.#over || !words.parentNode) { return; }
    sheet.layer = new this.#library.TextLayer({ textContentSource: source, container: words, viewport: view });
    await sheet.layer.render().catch((error) => { if (!this.#over) { throw error; } });
    this.onWords(sheet.number);
  }

  #clear(sheet) {
    sheet.job?.cancel();
    sheet.job = null;
    sheet.layer?.cancel();
    sheet.layer = null;
    sheet.drawn = 0;
    for (const canvas of sheet.box.querySelectorAll("canvas")) { free(canvas); }
    sheet.box.replaceChildren();
  }
}

/* Give the place of a page its size, and return the scale of the page. */
export function size(place, { width, height }, inner, zoom) {
  const scale = (Math.min(inner, WIDEST) / width) * zoom;
  place.style.width = `${Math.floor(width * scale + ROUND)}px`;
  place.style.height = `${Math.floor(height * scale + ROUND)}px`;
  return scale;
}

/* The memory of a canvas goes when its size does, not when nobody holds it. */
export function free(canvas) { canvas.width = 0; canvas.height = 0; canvas.remove(); }

export function inside(box) {
  const style = getComputedStyle(box);
  return box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
}

export function element(name, kind) {
  const made = document.createElement(name);
  made.className = kind;
  return made;
}
