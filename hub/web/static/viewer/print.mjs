/* Printing: every page at the resolution of paper, after the access log knows of it. */

const DOTS = 150;
const MOST_PAGES = 150;
/* Dots per inch: sharp on paper. Beyond this many pages memory would not do: the original is printed. */

export async function print(pane, told, csrf, say) {
  if (pane.count > MOST_PAGES) {
    say(`Mehr als ${MOST_PAGES} Seiten: bitte das Original laden und drucken.`);
    return;
  }
  const noted = await fetch(`${told.address}/druck`, { method: "POST", body: new URLSearchParams({ csrf }) });
  if (!noted.ok) { say("Der Druck konnte nicht protokolliert werden; deshalb wird nicht gedruckt."); return; }
  if (!pane.count) { window.print(); return; }
  const box = document.createElement("div");
  box.className = "print-pages";
  document.body.append(box);
  document.body.classList.add("printing");
  try {
    await pane.sheets.print(box, DOTS, (number) => say(`Druck: Seite ${number} von ${pane.count} vorbereitet`));
    window.print();
  } finally {
    for (const canvas of box.children) { canvas.width = 0; canvas.height = 0; }
    box.remove();
    document.body.classList.remove("printing");
  }
}
