/* Parsed documents: one worker for all of them, and no more of them than are needed. */

const WHOLE = 5_000_000;
const RANGES_ONLY = 20_000_000;
/* Up to WHOLE bytes a document is read at once; beyond RANGES_ONLY only what is looked at. */

export class Shelf {
  #library;
  #base;
  #worker;
  #held = new Map();

  constructor(base) {
    this.#base = base;
    this.#library = import(new URL(`${base}build/pdf.min.mjs`, location.origin));
  }

  /* PDF.js itself, with its worker running. */
  async library() {
    const library = await this.#library;
    if (!this.#worker) {
      library.GlobalWorkerOptions.workerSrc = `${this.#base}build/pdf.worker.min.mjs`;
      this.#worker = new library.PDFWorker({ name: "aktenhub" });
    }
    return library;
  }

  /* The parsed document. With a ticket its bytes belong to an access that is logged already.
     Nothing large is read ahead. */
  open(part, ticket, { ahead = false } = {}) {
    const found = this.#held.get(part.address);
    if (found) { return found.document; }
    if (ahead && part.size > WHOLE) { return Promise.resolve(null); }
    const entry = { task: null, gone: false };
    entry.document = this.#load(entry, part, ticket);
    entry.document.catch(() => this.#held.delete(part.address));
    this.#held.set(part.address, entry);
    return entry.document;
  }

  /* Whether the document is here, so that showing it costs nothing but the drawing. */
  has(part) { return this.#held.has(part.address); }

  /* Give back everything else; without this, reading on fills the memory. */
  async keep(parts) {
    const wanted = new Set(parts.filter(Boolean).map((part) => part.address));
    const leaving = [...this.#held].filter(([address]) => !wanted.has(address));
    for (const [address, entry] of leaving) {
      this.#held.delete(address);
      entry.gone = true;
      if (entry.task) { await entry.task.destroy(); }
    }
  }

  async #load(entry, part, ticket) {
    const address = new URL(part.address, location.origin);
    if (ticket) { address.searchParams.set("sicht", ticket); }
    const source = part.size > WHOLE
      ? { url: address, disableStream: part.size > RANGES_ONLY, disableAutoFetch: part.size > RANGES_ONLY }
      : { data: await bytes(address) };
    const library = await this.library();
    if (entry.gone) { throw new Error("no longer wanted"); }
    entry.task = library.getDocument({
      ...source,
      worker: this.#worker,
      cMapUrl: `${this.#base}cmaps/`,
      iccUrl: `${this.#base}iccs/`,
      standardFontDataUrl: `${this.#base}standard_fonts/`,
      wasmUrl: `${this.#base}wasm/`,
      enableXfa: false,
      isEvalSupported: false,
      maxImageSize: 60_000_000,
      verbosity: 0,
    });
    return entry.task.promise;
  }
}

async function bytes(address) {
  const response = await fetch(address);
  if (!response.ok) { throw new Error(`${response.status}`); }
  return new Uint8Array(await response.arrayBuffer());
}
