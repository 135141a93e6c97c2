"use strict";
// Prüft ein Beweispaket im Browser: ohne Netz, ohne Server, ohne fremden Code.
// Geschrieben nach der Beschreibung des Formats, nicht nach dem Programm, das Pakete schreibt.
// SHA-256 und SHA-512: FIPS 180-4 · Ed25519: RFC 8032 · Merkle-Pfade: RFC 9162, 2.1.3.2

const STATEMENT = "aktenhub beweispaket 1\n";
const FORMAT = "aktenhub-beweispaket-1";
const LIST = "inhalt.json", SEAL = "unterschrift.json", PROOF = "beweis.json", HEAD = "kopf.txt";
const LEFT_BY_SYSTEMS = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);
const PIECE = 1024 * 1024;

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("keine Hexadezimalzahl");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}
const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

// Die Konstanten beider Prüfsummen sind Nachkommastellen von Wurzeln der ersten Primzahlen.
const PRIMES = [];
for (let n = 2; PRIMES.length < 80; n++) if (PRIMES.every((p) => n % p)) PRIMES.push(n);
function fraction(prime, root) {
  let low = 0n, high = 1n << 70n;
  const wanted = BigInt(prime) << (64n * root);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** root <= wanted) low = middle; else high = middle;
  }
  return BigInt.asUintN(64, low);
}
const START_512 = PRIMES.slice(0, 8).map((p) => fraction(p, 2n));
const ROUND_512 = PRIMES.map((p) => fraction(p, 3n));
const START_256 = START_512.map((word) => Number(word >> 32n));
const ROUND_256 = Uint32Array.from(ROUND_512.slice(0, 64), (word) => Number(word >> 32n));

class Sha256 {
  constructor() {
    this.state = Uint32Array.from(START_256);
    this.words = new Uint32Array(64);
    this.rest = new Uint8Array(64);
    this.held = 0;
    this.size = 0;
  }

  update(bytes) {
    this.size += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      this.block(this.rest, 0);
      this.held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at), 0);
    this.held = bytes.length - at;
    return this;
  }

  block(bytes, at) {
    const w = this.words, s = this.state;
    for (let i = 0; i < 16; i++, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))
        + ((e & f) ^ (~e & g)) + ROUND_256[i] + w[i]) | 0;
      const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)))
        + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }

  digest() {
    const size = this.size, end = new Uint8Array(((this.held + 8) >> 6 << 6) + 64 - this.held);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(size / 2 ** 29));
    view.setUint32(end.length - 4, (size << 3) >>> 0);
    this.update(end);
    const found = new DataView(new ArrayBuffer(32));
    this.state.forEach((word, index) => found.setUint32(4 * index, word));
    return new Uint8Array(found.buffer);
  }
}
const sha256 = (bytes) => new Sha256().update(bytes).digest();

// Nur für kurze Texte (Unterschriften), deshalb einfach statt schnell.
function sha512(message) {
  const turn = (x, n) => BigInt.asUintN(64, (x >> n) | (x << (64n - n)));
  const padded = join(message, new Uint8Array([0x80]),
    new Uint8Array((239 - message.length % 128) % 128), new Uint8Array(16));
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  const state = [...START_512];
  for (let at = 0; at < padded.length; at += 128) {
    const w = [];
    for (let i = 0; i < 80; i++) {
      if (i < 16) { w.push(view.getBigUint64(at + 8 * i)); continue; }
      const x = w[i - 15], y = w[i - 2];
      const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n);
      const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
      w.push(BigInt.asUintN(64, w[i - 16] + s0 + w[i - 7] + s1));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t1 = h + s1 + ((e & f) ^ (BigInt.asUintN(64, ~e) & g)) + ROUND_512[i] + w[i];
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = BigInt.asUintN(64, d + t1);
      d = c; c = b; b = a; a = BigInt.asUintN(64, t1 + t2);
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = BigInt.asUintN(64, state[i] + x); });
  }
  const found = new DataView(new ArrayBuffer(64));
  state.forEach((word, index) => found.setBigUint64(8 * index, word));
  return new Uint8Array(found.buffer);
}

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x) => ((x % P) + P) % P;
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = base * base % P) {
    if (exponent & 1n) result = result * base % P;
  }
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n));
const little = (bytes) => BigInt("0x" + (hex(Uint8Array.from(bytes).reverse()) || "0"));
function point(bytes) {
  const y = little(bytes) & ((1n << 255n) - 1n), sign = BigInt(bytes[31] >> 7);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
function add(a, b) {
  let e = mod((a[1] - a[0]) * (b[1] - b[0])), f = mod((a[1] + a[0]) * (b[1] + b[0]));
  let g = mod(2n * a[3] * b[3] * D), h = mod(2n * a[2] * b[2]);
  const i = mod(h - g), j = mod(h + g);
  [e, h] = [mod(f - e), mod(f + e)];
  return [mod(e * i), mod(j * h), mod(i * j), mod(e * h)];
}
function times(factor, base) {
  let result = [0n, 1n, 1n, 0n];
  for (; factor; factor >>= 1n, base = add(base, base)) if (factor & 1n) result = add(result, base);
  return result;
}
const BASE = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));
function isSigned(key, statement, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = point(key), r = point(signature.slice(0, 32)), s = little(signature.slice(32));
  if (!a || !r || s >= ORDER) return false;
  const challenge = little(sha512(join(signature.slice(0, 32), key, statement))) % ORDER;
  const left = times(s, BASE), right = add(r, times(challenge, a));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n
    && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

function rootAbove(leaf, index, size, path) {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return null;
  let here = leaf, last = size - 1;
  for (const other of path) {
    if (last === 0) return null;
    if (index % 2 || index === last) {
      here = sha256(join([1], other, here));
      while (index && index % 2 === 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      here = sha256(join([1], here, other));
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 ? here : null;
}

function readHead(note) {
  const at = note.lastIndexOf("\n— "), text = note.slice(0, at), lines = text.split("\n");
  const stamp = note.slice(at + 3).trimEnd(), space = stamp.lastIndexOf(" ");
  const raw = Uint8Array.from(atob(stamp.slice(space + 1)), (c) => c.charCodeAt(0));
  return {
    text, origin: lines[0], size: Number(lines[1]), name: stamp.slice(0, space),
    root: Uint8Array.from(atob(lines[2]), (c) => c.charCodeAt(0)),
    keyHash: raw.slice(0, 4), signature: raw.slice(4),
  };
}
function keyOfHead(head, keys) {
  if (head.name !== head.origin) return null;
  return keys.find((key) => same(
    sha256(join(utf8(`${head.name}\n`), [1], key)).slice(0, 4), head.keyHash,
  ) && isSigned(key, utf8(head.text), head.signature)) ?? null;
}

// Was die Seite von einem Dokument sagt, muss in seinem Ablageverzeichnis stehen.
const SAID = ["title", "vorgang", "doc_type", "direction", "received_at_us", "filed_at_us", "actor"];
const SAID_OF_PART = ["name", "mime", "role", "sha256", "size"];
const pick = (thing, names) => JSON.stringify(names.map((name) => thing[name] ?? null));
function faultsOf(document, proof, head) {
  const faults = [], raw = utf8(document.manifest), manifest = JSON.parse(document.manifest);
  const root = rootAbove(sha256(join([0], raw)), document.place, head.size, document.path.map(unhex));
  if (!root || !same(root, head.root)) faults.push("steht so nicht im Ablageprotokoll");
  if (head.origin !== `aktenhub/efile/${manifest.tenant}` || manifest.akte_id !== proof.akte.id
    || manifest.aktenzeichen !== proof.akte.aktenzeichen) faults.push("gehört zu einer anderen Akte");
  if (pick(document, SAID) !== pick(manifest, SAID)) faults.push("die Angaben sind nicht die abgelegten");
  const parts = (list) => JSON.stringify(list.map((part) => pick(part, SAID_OF_PART)));
  if (parts(document.parts) !== parts(manifest.parts)) faults.push("die Teile sind nicht die abgelegten");
  return faults;
}

// --- Woher die Dateien kommen: ein gewählter Ordner oder das ZIP ---------------------------

function filesOfFolder(list) {
  const files = new Map(), all = Array.from(list);
  const path = (file) => file.webkitRelativePath || file.name;
  const list_ = all.filter((file) => path(file).endsWith(LIST)).map(path)
    .sort((a, b) => a.length - b.length)[0] ?? LIST;
  const base = list_.slice(0, list_.length - LIST.length);
  for (const file of all) if (path(file).startsWith(base)) files.set(path(file).slice(base.length), file);
  return files;
}
async function filesOfZip(zip) {
  const bytes = async (from, to) => new Uint8Array(await zip.slice(from, to).arrayBuffer());
  const tail = await bytes(Math.max(0, zip.size - 66000), zip.size);
  let end = tail.length - 22;
  const view = (data) => new DataView(data.buffer);
  while (end >= 0 && view(tail).getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("Das ist kein ZIP.");
  const count = view(tail).getUint16(end + 10, true), size = view(tail).getUint32(end + 12, true);
  const start = view(tail).getUint32(end + 16, true);
  if (start === 0xffffffff || count === 0xffff) {
    throw new Error("Das ZIP ist größer als 4 GB: bitte entpacken und den Ordner wählen.");
  }
  const directory = await bytes(start, start + size), files = new Map();
  for (let at = 0, n = 0; n < count; n++) {
    const entry = view(directory);
    const stored = entry.getUint16(at + 10, true) === 0, length = entry.getUint32(at + 24, true);
    const [a, b, c] = [28, 30, 32].map((offset) => entry.getUint16(at + offset, true));
    const local = entry.getUint32(at + 42, true);
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + a));
    if (!stored) throw new Error("Das ZIP wurde neu gepackt: bitte entpacken und den Ordner wählen.");
    if (files.has(name)) throw new Error(`${name} steht doppelt im ZIP.`);
    const head = view(await bytes(local, local + 30));
    const begin = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (!name.endsWith("/")) files.set(name, zip.slice(begin, begin + length));
    at += 46 + a + b + c;
  }
  return files;
}
async function digestOf(blob, told) {
  const digest = new Sha256();
  for (let at = 0; at < blob.size; at += PIECE) {
    digest.update(new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer()));
    told(Math.min(PIECE, blob.size - at));
  }
  return hex(digest.digest());
}

// --- Die Seite ------------------------------------------------------------------------------

const at = (id) => document.getElementById(id);
const proofText = at("beweis").textContent;
const GOOD = "gut", BAD = "schlecht", OPEN = "offen";
let proof, head, headFaults = [], keys = new Set();
const proofFaults = new Map();

function mark(number, state, text) {
  const cell = at(`stand-${number}`);
  cell.className = `stand ${state}`;
  cell.textContent = text;
}
function verdict(state, title, text, faults = []) {
  const box = at("urteil");
  box.className = `urteil ${state}`;
  at("urteil-titel").textContent = title;
  at("urteil-text").textContent = text;
  at("fehler").replaceChildren(...faults.map((fault) => {
    const item = document.createElement("li");
    item.textContent = fault;
    return item;
  }));
  box.dataset.state = state;
}
function showKeys() {
  at("schluessel").replaceChildren(...[...keys].map((key) => {
    const item = document.createElement("li");
    item.textContent = key;
    return item;
  }));
}
const named = (said) => `Dokument ${said.number} „${said.title}“`;

function checkProof() {
  proof = JSON.parse(proofText);
  if (proof.format !== FORMAT) throw new Error("unbekanntes Format");
  head = readHead(proof.head);
  const key = keyOfHead(head, proof.keys.map(unhex));
  if (key) keys.add(hex(sha256(key)));
  else headFaults.push("Kopf des Ablageprotokolls: die Unterschrift stimmt nicht");
  for (const said of proof.documents) {
    const faults = faultsOf(said, proof, head);
    proofFaults.set(said.number, faults);
    mark(said.number, faults.length || !key ? BAD : OPEN,
      faults.length || !key ? "Ablage nicht bewiesen" : "Ablage bewiesen");
  }
  showKeys();
  const faults = [...headFaults, ...proof.documents.flatMap((said) =>
    proofFaults.get(said.number).map((fault) => `${named(said)}: ${fault}`))];
  if (faults.length) verdict(BAD, "Das Paket ist nicht in Ordnung", "", faults);
  else verdict(OPEN, "Die Ablage ist bewiesen", "Jedes Dokument steht im unterschriebenen "
    + "Ablageprotokoll. Ob die Dateien unverändert sind, zeigt der nächste Schritt: Paket nachrechnen.");
  return faults;
}

async function checkFiles(files) {
  const faults = [...headFaults], digests = new Map();
  const raw = files.get(LIST), seal = files.get(SEAL);
  if (!raw || !seal) {
    throw new Error(`In der Auswahl fehlt ${raw ? SEAL : LIST}: Ist das der Ordner des Beweispakets?`);
  }
  const text = new Uint8Array(await raw.arrayBuffer()), signed = JSON.parse(await seal.text());
  const key = unhex(signed.key);
  keys.add(hex(sha256(key)));
  if (!isSigned(key, utf8(`${STATEMENT}${hex(sha256(text))}\n`), unhex(signed.signature))) {
    faults.push(`${LIST}: die Unterschrift des Pakets stimmt nicht`);
  }
  const listed = new Map(JSON.parse(new TextDecoder().decode(text)).files.map((one) => [one.path, one]));
  const whole = [...listed.values()].reduce((size, one) => size + one.size, 0);
  let done = 0;
  const told = (size) => { done += size; at("balken").value = whole ? done / whole : 1; };
  for (const [path, one] of listed) {
    const blob = files.get(path);
    if (!blob) { faults.push(`${path}: fehlt`); continue; }
    digests.set(path, await digestOf(blob, told));
    if (digests.get(path) !== one.sha256 || blob.size !== one.size) faults.push(`${path}: wurde verändert`);
  }
  for (const path of files.keys()) {
    const known = listed.has(path) || path === LIST || path === SEAL;
    if (!known && !LEFT_BY_SYSTEMS.has(path.split("/").pop()) && !path.includes("__pycache__")) {
      faults.push(`${path}: gehört nicht zum Paket`);
    }
  }
  if (listed.get(PROOF)?.sha256 !== hex(sha256(utf8(proofText)))) {
    faults.push("index.html: diese Seite gehört nicht zu diesem Paket");
  }
  if (listed.get(HEAD)?.sha256 !== hex(sha256(utf8(proof.head)))) {
    faults.push(`${HEAD}: ist nicht der Kopf, auf den sich der Beweis stützt`);
  }
  for (const said of proof.documents) faults.push(...documentFaults(said, digests));
  showKeys();
  return faults;
}
function documentFaults(said, digests) {
  const faults = [...proofFaults.get(said.number)];
  for (const part of said.parts) {
    const found = digests.get(part.file);
    if (!found) faults.push(`${part.file} fehlt`);
    else if (found !== part.sha256) faults.push(`${part.file} ist nicht das abgelegte Original`);
  }
  const good = !faults.length && !headFaults.length;
  mark(said.number, good ? GOOD : BAD, good ? "Original, unverändert" : "stimmt nicht");
  return faults.map((fault) => `${named(said)}: ${fault}`);
}

async function run(files) {
  at("balken").hidden = false;
  at("balken").value = 0;
  verdict(OPEN, "Es wird nachgerechnet …", "");
  try {
    const faults = await checkFiles(await files());
    if (faults.length) {
      verdict(BAD, "Das Paket ist nicht in Ordnung", faults.length === 1
        ? "Ein Fehler wurde gefunden:" : `${faults.length} Fehler wurden gefunden:`, faults);
    } else {
      verdict(GOOD, "Alles stimmt", "Jede Datei ist Byte für Byte die abgelegte, und jedes Dokument "
        + "steht im unterschriebenen Ablageprotokoll. Vergleichen Sie noch den Schlüssel unten.");
    }
  } catch (error) {
    verdict(BAD, "Nicht prüfbar", error instanceof Error ? error.message : String(error));
  }
  at("balken").hidden = true;
}

function filter() {
  const words = at("suche").value.toLowerCase().split(/\s+/).filter(Boolean), matter = at("vorgang").value;
  let shown = 0;
  for (const row of document.querySelectorAll("[data-suche]")) {
    row.hidden = !words.every((word) => row.dataset.suche.includes(word))
      || (matter !== "" && row.dataset.vorgang !== matter);
    shown += row.hidden ? 0 : 1;
  }
  at("anzahl").textContent = shown === 1 ? "1 Dokument" : `${shown} Dokumente`;
}

try {
  checkProof();
} catch (error) {
  verdict(BAD, "Nicht prüfbar", `Der Beweis in dieser Seite ist nicht lesbar (${error.message}).`);
}
at("ordner").addEventListener("change", (event) => run(async () => filesOfFolder(event.target.files)));
at("zip").addEventListener("change", (event) => run(() => filesOfZip(event.target.files[0])));
at("suche").addEventListener("input", filter);
at("vorgang").addEventListener("change", filter);
at("drucken").addEventListener("click", () => window.print());
document.body.dataset.ready = "1";
