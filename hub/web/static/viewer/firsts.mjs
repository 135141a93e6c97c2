/* Stored pictures of first pages, decoded ahead: whoever turns sees the next document at once. */

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
    const entry = { bitmap: null, gone: false };
    entry.ticket = load(entry, address, ticket).catch(() => "");
    this.#held.set(address, entry);
    return entry.ticket;
  }

  /* The picture on a canvas of its own; null while it is not here. */
  canvas(address) {
    const bitmap = this.#held.get(address)?.bitmap;
    if (!bitmap) { return null; }
    const canvas = document.createElement("canvas");
    canvas.className = "sheet-first";
    canvas.setAttribute("aria-hidden", "true");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas;
  }

  /* Lay a picture under the one the server draws, until that has come; say whether there is one. */
  under(sheet, canvas) {
    const image = sheet?.querySelector(".sheet-image");
    if (!image) { return false; }
    const widest = canvas.width < FULL ? `${canvas.width}px` : "58rem";
    sheet.parentElement.style.gridTemplateColumns = `minmax(0, ${widest})`;
    [image.width, image.height] = [canvas.width, canvas.height];
    image.addEventListener("load", () => canvas.remove(), { once: true });
    canvas.classList.add("under");
    sheet.prepend(canvas);
    return true;
  }

  /* Give back every other picture. */
  keep(addresses) {
    for (const [address, entry] of this.#held) {
      if (addresses.includes(address)) { continue; }
      this.#held.delete(address);
      entry.gone = true;
      entry.bitmap?.close();
    }
  }
}

async function load(entry, address, ticket) {
  const asked = new URL(address, location.origin);
  if (ticket) { asked.searchParams.set("sicht", ticket); }
  const response = await fetch(asked);
  if (!response.ok) { throw new Error(`${response.status}`); }
  const bitmap = await createImageBitmap(await response.blob());
  if (entry.gone) { bitmap.close(); } else { entry.bitmap = bitmap; }
  performance.mark("first-ready", { detail: address });
  return response.headers.get("X-Sicht") ?? ticket;
}
