/* One document on the screen: its pages if it has any here, else what the server made of it. */

import { Sheets, element, inside, size } from "./sheets.mjs";

const ZOOMS = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4];

export class Pane {
  #shelf;
  #sheets = null;
  #box = null;
  #scroller;
  #onPage;
  #zoom = 1;
  #waiting = false;

  constructor(shelf, { scroller = null, onPage = () => {} } = {}) {
    this.#shelf = shelf;
    this.#scroller = scroller;
    this.#onPage = onPage;
  }

  onShown = () => {};

  get count() { return this.#sheets?.count ?? 0; }
  get page() { return this.#sheets?.page ?? 1; }
  get zoom() { return this.#zoom; }
  get box() { return this.#box; }
  get sheets() { return this.#sheets; }

  /* Show a document in the box; a picture of page 1 bridges the time: ``ready`` is painted at
     once, any other when it has come. */
  async show(box, told, { first = 1, width = 0, ready = null } = {}) {
    const before = this.#sheets;
    this.#box = box;
    this.#sheets = null;
    if (ready) { lay(box, ready, width || inside(box), this.#zoom); }
    await before?.end();
    if (!told.pdf) { this.onShown(); return; }
    if (!ready && !this.#shelf.has(told.pdf)) { picture(box, told, first); }
    const library = await this.#shelf.library();
    const pdf = await this.#shelf.open(told.pdf, told.ticket);
    if (this.#box !== box) { return; }
    const sheets = new Sheets(library, pdf, { zoom: this.#zoom, onPage: this.#onPage });
    this.#sheets = sheets;
    await sheets.fill(box, Math.min(first, pdf.numPages), { scroller: this.#scroller, width });
    if (this.#sheets === sheets) { this.onShown(); }
  }

  /* Put the picture of the next document in place of the one shown, which ends. */
  cover(box, canvas) {
    const before = this.#sheets;
    this.#sheets = null;
    lay(box, canvas, inside(box), this.#zoom);
    before?.end();
  }

  go(number) { this.#sheets?.go(number); }

  /* Choose the next larger or smaller step; 0 takes the whole width. */
  larger(direction) {
    const at = ZOOMS.indexOf(this.#zoom);
    this.#zoom = direction ? ZOOMS[Math.max(0, Math.min(at + direction, ZOOMS.length - 1))] : 1;
    this.#sheets?.scale(this.#zoom);
  }

  rotate() { this.#sheets?.scale(this.#zoom, (this.#sheets.turn + 90) % 360); }

  fit() { this.#sheets?.fit(); }

  /* Find out which page is looked at; asked once a frame. */
  look() {
    if (this.#waiting || !this.#sheets) { return; }
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      const area = this.#scroller?.getBoundingClientRect() ?? { top: 0, height: innerHeight };
      this.#sheets?.look(area.top + area.height / 2);
    });
  }

  async end() { await this.#sheets?.end(); this.#sheets = null; this.#box = null; }
}

/* Put a picture where page 1 will be, in its size. */
function lay(box, canvas, inner, zoom) {
  const sheet = element("div", "sheet");
  size(sheet, canvas, inner, zoom);
  sheet.append(canvas);
  box.replaceChildren(sheet);
}

function picture(box, told, first) {
  if (first !== 1 || box.querySelector(".sheet-image, .sheet-first")) { return; }
  const stored = told.first;
  const image = element("img", stored ? "sheet-first" : "sheet-image");
  image.alt = stored ? "" : "Seite 1";
  if (stored) { image.setAttribute("aria-hidden", "true"); }
  image.src = `${stored ?? told.image}?sicht=${encodeURIComponent(told.ticket)}`;
  const sheet = element("div", "sheet");
  sheet.append(image);
  box.replaceChildren(sheet);
}
