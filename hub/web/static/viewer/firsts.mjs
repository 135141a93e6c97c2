/* Stored pictures of first pages, decoded ahead: whoever turns sees the next document at once. */

import { element, free } from "./sheets.mjs";

const FULL = 928;
/* Pixels of a picture that fills the width of the view; only what is smaller by itself has fewer. */

export class Firsts {
  #held = new Map();

  /* Fetch and decode a picture. Returns the ticket under which the bytes of its document come;
     empty where there is none. */
  open(address, ticket = "") {
    if (!address) { return Promise.resolve(""); }
    const found = this.#held.get(address);
    if (found) { return found.ticket; }
    const entry = { canvas: null, gone: false };
    entry.ticket = load(entry, address, ticket).catch(() => "");
    this.#held.set(address, entry);
    return entry.ticket;
  }

  /* The canvas with the picture; null while it is not here. It stays ours. */
  canvas(address) { return this.#held.get(address)?.canvas ?? null; }

  /* Lay a picture under the one the server draws, until that has come; say whether there is one. */
  under(sheet, canvas) {
    const image = sheet?.querySelector(".sheet-image");
    if (!image) { return false; }
    const widest = canvas.width < FULL ? `${canvas.width}px` : "58rem";
    sheet.parentElement.style.gridTemplateColumns = `minmax(0, ${widest})`;
    [image.width, image.height] = [canvas.width, canvas.height];
    image.addEventListener("load", () => canvas.remove(), { once: true });
    sheet.classList.add("bridged");
    sheet.prepend(canvas);
    return true;
  }

  /* Give back every other picture. */
  keep(addresses) {
    for (const [address, entry] of this.#held) {
      if (addresses.includes(address)) { continue; }
      this.#held.delete(address);
      entry.gone = true;
      if (entry.canvas) { free(entry.canvas); }
    }
  }
}

/* The memory of the picture moves to the canvas: nothing is copied when it is shown. */
function painted(bitmap) {
  const canvas = element("canvas", "sheet-first");
  canvas.setAttribute("aria-hidden", "true");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
  return canvas;
}

async function load(entry, address, ticket) {
  const asked = new URL(address, location.origin);
  if (ticket) { asked.searchParams.set("sicht", ticket); }
  const response = await fetch(asked);
  if (!response.ok) { throw new Error(`${response.status}`); }
  const bitmap = await createImageBitmap(await response.blob());
  if (entry.gone) { bitmap.close(); } else { entry.canvas = painted(bitmap); }
  performance.mark("first-ready", { detail: address });
  return response.headers.get("X-Sicht") ?? ticket;
}
