"""An independent judge of an installation's state; shares no code with the hub or the e-file.

It reads the database file, the folders and the objects themselves and names every fault it
sees as ``where: what``. The letters I1 to I7 are the invariants of
the reliability chapter (no loss, no duplicate, no phantom, bytes, chain, states, order).
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidTag

from tests.crash.cash_file import read_cash_file
from tests.crash.enclosures import not_filed, other_than_sent
from tests.crash.house import House
from tests.crash.order import out_of_order
from tests.crash.payloads import (
    missing_or_changed,
    removed_and_still_there,
    removed_without_proof,
)
from tests.crash.state import Row, State
from tests.pack_reader import documents
from tests.sealed_reader import SealedReader

FINAL = {"closed", "refused", "duplicate", "clearing"}
"""Where a message may rest."""
MOVES = {
    (None, "received"), (None, "refused"), (None, "duplicate"),
    ("received", "routed"), ("received", "closed"), ("received", "refused"),
    ("received", "clearing"), ("received", "duplicate"),
    ("routed", "closed"), ("routed", "clearing"), ("routed", "refused"),
    ("closed", "routed"),
    ("clearing", "received"), ("clearing", "routed"), ("clearing", "closed"),
    ("clearing", "refused"),
}  # fmt: skip
RESTING = {"confirmed", "skipped", "dead", "unknown"}
"""Where a promise may rest; one that waits must stand behind a blocked one."""
TABLES = (
    "message", "seen", "journal", "journal_head", "lane", "promise", "batch", "sequence",
    "attachment", "benefit_case", "reference", "clearing", "payload", "efile_akten", "efile_vorgaenge",
    "efile_documents", "efile_parts", "efile_texts",
)  # fmt: skip


def faults(house: House) -> list[str]:
    """Return everything that is wrong with an installation at rest."""
    state = State.read(house)
    checks = (
        _inputs, _posts, other_than_sent, not_filed, _phantoms, missing_or_changed, removed_without_proof,
        removed_and_still_there, _journal, _checkpoints, _moves, _rest, _open_promises, _lanes, _balance,
        _receipts, _cash_files, _orders, _outbox, _documents, _objects, _packs, _quarantine,
        out_of_order,
    )  # fmt: skip
    return [fault for check in checks for fault in check(state)]


def unsafe(house: House) -> list[str]:
    """Return what is wrong right after a crash: only what must hold at every moment."""
    if not house.is_founded():
        return [f"I1 {file.name}: is gone" for file in house.dropped if not house.waits(file)]
    state = State.read(house)
    checks = (
        _lost, _posts, other_than_sent, missing_or_changed, removed_without_proof, _journal,
    )  # fmt: skip
    return [fault for check in checks for fault in check(state)]


def fingerprint(house: House) -> dict[str, str]:
    """Return a digest per table, for telling whether anything changed."""
    with house.look() as rows:
        return {
            table: _sha(repr(sorted(map(repr, rows(f"SELECT * FROM {table}")))))  # noqa: S608  own list
            for table in TABLES
        }


def _sha(data: bytes | str) -> str:
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def _doors(state: State) -> list[Row]:
    """Return the messages that came from outside."""
    return [m for m in state.messages if not m["part_of"] and not m["causation_id"]]


def _lost(state: State) -> Iterator[str]:
    """I1 at every moment: what left the inbox is journalled or lies claimed."""
    known = {(m["tenant"], m["channel"], m["original_name"]) for m in state.messages}
    for file in state.house.dropped:
        inbox = state.house.folder / "inbox" / file.tenant / file.channel
        waits = (inbox / file.name).exists()
        shelf = inbox / ".claimed"
        claimed = [p for p in shelf.iterdir() if _named(p) == file.name] if shelf.exists() else []
        claimed += (inbox / ".units").glob(f"*/{file.name}")
        if not waits and not claimed and (file.tenant, file.channel, file.name) not in known:
            yield f"I1 {file.name}: neither in the inbox nor in the journal"


def _named(path: Path) -> str:
    return path.name.partition("__")[2].replace("+", " ")


def _inputs(state: State) -> Iterator[str]:
    """I1, I2, I4: each dropped file is one message with the same bytes, and was cleared away."""
    for file in state.house.dropped:
        inbox = state.house.folder / "inbox" / file.tenant / file.channel
        for place in (inbox / file.name, *(inbox / ".claimed").iterdir()):
            if place.exists() and (place.parent == inbox or _named(place) == file.name):
                yield f"I6 {place.name}: was not cleared away"
        rows = [
            m for m in _doors(state)
            if (m["tenant"], m["channel"], m["original_name"])
            == (file.tenant, file.channel, file.name)
        ]  # fmt: skip
        if len(rows) != 1:
            yield f"I{1 if not rows else 2} {file.name}: {len(rows)} messages instead of one"
        for row in rows:
            if row["sha256"] != _sha(file.data):
                yield f"I4 {file.name}: kept bytes are not what was sent"
            kept = [
                path
                for shelf in (".done", ".duplicate", ".quarantine")
                for found in (inbox / shelf).rglob(f"{row['id']}__*")
                for path in (found.iterdir() if found.is_dir() else (found,))
                if path.suffix != ".json" and path.read_bytes() == file.data
            ]
            if not kept:
                yield f"I4 {file.name}: the file itself is on no shelf"


def _posts(state: State) -> Iterator[str]:
    """I1, I2, I4, I10 at every moment: one whole message for each 202, at most one without."""
    keys = Counter((post["tenant"], post["post_key"]) for post in state.posts)
    known: dict[tuple[str, str, str], list[Row]] = {}
    for row in _doors(state):
        place = (row["tenant"], row["channel"], row["original_name"])
        known.setdefault(place, []).append(row)
    for post in state.house.posted:
        rows = known.get((post.tenant, post.channel, post.name), [])
        if len(rows) > 1:
            yield f"I2 {post.name}: {len(rows)} messages instead of one"
        if post.message_id and [post.message_id] != [row["id"] for row in rows]:
            yield f"I1 {post.name}: was answered with 202 and is not there"
        if len(rows) != keys[post.tenant, post.name]:
            yield f"I10 {post.name}: key and message are not there together"
        if any(row["sha256"] != _sha(post.data) for row in rows):
            yield f"I4 {post.name}: kept bytes are not what was sent"


def _phantoms(state: State) -> Iterator[str]:
    """I3: every message was sent, split from a table row, or answers a request."""
    sent = {(f.tenant, f.channel, f.name) for f in state.house.sent}
    ids = {m["id"] for m in state.messages}
    for message in _doors(state):
        if (message["tenant"], message["channel"], message["original_name"]) not in sent:
            yield f"I3 message {message['id']}: nobody sent it"
    parts = Counter(m["part_of"] for m in state.messages if m["part_of"])
    for batch in _doors(state):
        expected = _rows_in(state, batch) if batch["state"] in ("closed", "routed") else 0
        if parts.pop(batch["id"], 0) != expected:
            yield f"I1/I3 message {batch['id']}: number of parts is not the number of rows"
    for stray in parts:
        yield f"I3 message {stray}: parts of a message that is not there"
    for promise in state.promises:
        batch = promise["message_id"] in {b["id"] for b in state.batches}
        if promise["message_id"] not in ids and not batch:
            yield f"I3 promise {promise['id']}: follows from no message"


def _rows_in(state: State, message: Row) -> int:
    if not message["original_name"].endswith(".csv"):
        return 0
    sent = {_sha(file.data): file.data for file in state.house.dropped}
    text = sent.get(message["sha256"], b"").decode("cp1252")
    return len(list(csv.reader(io.StringIO(text), delimiter=";"))) - 1


def _journal(state: State) -> Iterator[str]:
    """I5: each office's chain holds from its start, without gap, to the head that is noted."""
    ends: dict[str, tuple[int, str]] = {}
    for row in state.journal:
        seq, previous = ends.get(row["tenant"], (0, "0" * 64))
        place = f"I5 journal {row['tenant']} {row['seq']}"
        said = {k: v for k, v in row.items() if k not in ("previous", "hash")}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if row["seq"] != seq + 1 or row["previous"] != previous:
            yield f"{place}: chain is broken before this entry"
        if _sha(previous + text) != row["hash"]:
            yield f"{place}: entry was changed"
        ends[row["tenant"]] = (row["seq"], row["hash"])
    if ends != {head["tenant"]: (head["seq"], head["hash"]) for head in state.heads}:
        yield "I5 journal: its ends are not the noted heads"


def _checkpoints(state: State) -> Iterator[str]:
    """I5: signed statements follow one another without gap, fit the chain, and lie outside."""
    hashes = {(entry["tenant"], entry["seq"]): entry["hash"] for entry in state.journal}
    ends: dict[str, tuple[int, int]] = {}
    for row in state.checkpoints:
        number, seq = ends.get(row["tenant"], (0, 0))
        place = f"I5 checkpoint {row['tenant']} {row['number']}"
        if (row["number"], row["first_seq"]) != (number + 1, seq + 1):
            yield f"{place}: does not follow the one before"
        if row["head"] != hashes.get((row["tenant"], row["seq"])):
            yield f"{place}: names another head than the chain has"
        ends[row["tenant"]] = (row["number"], row["seq"])
    for tenant in sorted({head["tenant"] for head in state.heads}):
        last = ends.get(tenant, (0, 0))[0]
        path = state.house.folder / "checkpoints" / f"{tenant}.jsonl"
        # Two nodes may both write the same statement; a second statement would be another.
        lines = dict.fromkeys(path.read_text().splitlines() if path.exists() else ())
        said = map(json.loads, lines)
        numbers = [one["number"] for one in said if one["type"] == "checkpoint"]
        if numbers != list(range(1, last + 1)):
            yield f"I5 checkpoint {tenant}: the folder holds {numbers} instead of 1 to {last}"


def _moves(state: State) -> Iterator[str]:
    """I6: the state of each message was reached by legal moves, each of them journalled."""
    moves: dict[str, list[tuple[str | None, str]]] = {}
    for entry in state.journal:
        if entry["to_state"]:
            step = (entry["from_state"], entry["to_state"])
            moves.setdefault(entry["message_id"], []).append(step)
    for message in state.messages:
        steps = moves.pop(message["id"], [])
        chained = all(before[1] == after[0] for before, after in pairwise(steps))
        if not steps or not chained or not MOVES.issuperset(steps):
            yield f"I6 message {message['id']}: its moves are not legal: {steps}"
        elif steps[-1][1] != message["state"]:
            yield f"I6 message {message['id']}: row and journal name different states"
    for stray in moves:
        yield f"I1 message {stray}: is in the journal but has no row"


def _rest(state: State) -> Iterator[str]:
    """I6: each message is at its end, or a human has something to decide."""
    undecided = {c["message_id"] for c in state.clearings if c["state"] == "open"}
    for message in state.messages:
        if message["state"] not in FINAL:
            yield f"I6 message {message['id']}: still {message['state']}"
        if message["state"] == "clearing" and message["id"] not in undecided:
            yield f"I6 message {message['id']}: waits for a clearing case that is not open"


def _open_promises(state: State) -> Iterator[str]:
    """I6: a message waits for exactly the promises that are not kept."""
    blocked = {_lane(lane) for lane in state.lanes if lane["state"] == "blocked"}
    open_per_message: Counter[str] = Counter()
    for promise in state.promises:
        resting = promise["state"] in RESTING
        if not resting and _lane(promise) not in blocked:
            yield f"I6 promise {promise['id']}: {promise['kind']} still {promise['state']}"
        if promise["kind"] != "travel" and promise["state"] not in ("confirmed", "skipped"):
            open_per_message[promise["message_id"]] += 1
    for message in state.messages:
        if message["open_promises"] != open_per_message[message["id"]]:
            yield f"I6 message {message['id']}: counts its open promises wrongly"


def _lane(row: Row) -> tuple[str, str, str]:
    return row["tenant"], row["queue"], row["lane_key"]


def _lanes(state: State) -> Iterator[str]:
    """I6: nobody holds a lease, and an idle lane has nothing in it."""
    for lane in state.lanes:
        place = f"I6 lane {lane['tenant']} {lane['queue']} {lane['lane_key']}"
        if lane["state"] == "leased" or lane["leased_by"]:
            yield f"{place}: still leased"
        if (lane["state"] == "idle") != (lane["head_seq"] == lane["next_seq"]):
            yield f"{place}: head and state contradict each other"


def _balance(state: State) -> Iterator[str]:
    """The balance, from the rows and from the journal, per office and state."""
    rows = Counter((m["tenant"], m["state"]) for m in state.messages)
    last = {e["message_id"]: (e["tenant"], e["to_state"]) for e in state.journal if e["to_state"]}
    if rows != Counter(last.values()):
        yield "I6 balance: rows and journal disagree"


def _receipts(state: State) -> Iterator[str]:
    """I2: each message that was sent by the case core and read is answered exactly once."""
    folder = state.house.folder / "outbox"
    texts = [p.read_bytes() for p in folder.glob("*/fachverfahren/Quittung_*") if _is_content(p)]
    replaced = _with_entry(state, "clearing_corrected")
    for message in state.messages:
        answers = sum(message["id"].encode() in text for text in texts)
        # A copy that took its place is answered instead.
        if answers != (message["id"] not in replaced and _expected_receipts(message)):
            yield f"I2 message {message['id']}: {answers} receipts"


def _with_entry(state: State, action: str) -> set[str]:
    return {entry["message_id"] for entry in state.journal if entry["action"] == action}


def _expected_receipts(message: Row) -> int:
    if message["channel"] != "fachverfahren" or message["state"] == "duplicate":
        return 0
    unread = message["size_bytes"] == 0
    if message["part_of"] or unread:
        return int(message["state"] == "refused" and not unread)
    return 1


def _is_content(path: Path) -> bool:
    return path.is_file() and path.suffix != ".sha256" and not path.name.startswith(".")


def _cash_files(state: State) -> Iterator[str]:
    """Numbers without gap, a file for each number, totals that tie out."""
    for (tenant, partner), rows in _by_partner(state.batches):
        if [row["sequence"] for row in rows] != list(range(1, len(rows) + 1)):
            yield f"I2 batch {tenant} {partner}: numbers have a gap"
        files = sorted(filter(_is_content, _cash_folder(state, tenant, partner).glob("*")))
        try:
            read = [read_cash_file(path) for path in files]
        except (ValueError, IndexError, KeyError):
            yield f"I4 batch {tenant} {partner}: a file is unreadable"
            continue
        if [file.sequence for file in read] != [row["sequence"] for row in rows]:
            yield f"I1 batch {tenant} {partner}: files and numbers differ"
        for row, file in zip(rows, read, strict=False):
            if row["state"] != "delivered":
                yield f"I6 batch {row['id']}: still {row['state']}"
            counted = (len(file.orders), sum(file.orders.values()))
            if counted != (row["record_count"], row["total_cents"]) or counted != file.trailer:
                yield f"I4 batch {row['id']}: count or total does not tie out"


def _by_partner(rows: Iterable[Row]) -> Iterator[tuple[tuple[str, str], list[Row]]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["tenant"], row["partner"]), []).append(row)
    yield from groups.items()


def _cash_folder(state: State, tenant: str, partner: str) -> Path:
    return state.house.folder / "outbox" / tenant / partner


def _orders(state: State) -> Iterator[str]:
    """I2: each order of each case stands once in all files of its office, and no other."""
    wanted: Counter[tuple[str, str]] = Counter()
    for case in state.cases:
        for order in json.loads(case["state"]).get("orders", ()):
            wanted[case["tenant"], order["order_id"]] += 1
    found: Counter[tuple[str, str]] = Counter()
    for (tenant, partner), _ in _by_partner(state.batches):
        for path in filter(_is_content, _cash_folder(state, tenant, partner).glob("*")):
            # An unreadable file was named above.
            with contextlib.suppress(ValueError, IndexError, KeyError):
                found.update((tenant, order) for order in read_cash_file(path).lines)
    for tenant, order in wanted | found:
        if (wanted[tenant, order], found[tenant, order]) != (1, 1):
            place = f"{found[tenant, order]} times in cash files"
            yield f"I2 order {order}: {wanted[tenant, order]} times in cases, {place}"


def _outbox(state: State) -> Iterator[str]:
    """Each delivery is one whole file with its sidecar, and there is nothing else."""
    root = state.house.folder / "outbox"
    expected = {}
    for promise in state.promises:
        spec = json.loads(promise["spec"])
        if promise["kind"] == "deliver" and spec["door"] == "folder":
            place = f"{promise['tenant']}/{spec['channel']}/{spec['name']}"
            expected[place] = promise["payload_sha256"]
    for path in root.rglob("*"):
        place = str(path.relative_to(root))
        content = place.removesuffix(".sha256")
        if path.is_file() and content not in expected:
            yield f"I3 outbox {place}: nobody promised it"
    for place, digest in expected.items():
        path = root / place
        sidecar = path.with_name(f"{path.name}.sha256")
        if not path.is_file() or _sha(path.read_bytes()) != digest:
            yield f"I4 outbox {place}: missing or changed"
        if not sidecar.is_file() or sidecar.read_text() != f"{digest}  {path.name}\n":
            yield f"I4 outbox {place}: its sidecar is missing or does not match"


def _documents(state: State) -> Iterator[str]:
    """I1, I2: each kept promise to file is one document, in the file of its own office."""
    filings = {p["id"]: p for p in state.promises if p["kind"] == "file"}
    seen: Counter[str] = Counter()
    for tenant, key, manifest in _manifests(state):
        promise = filings.get(manifest["document_key"])
        if promise is None or promise["tenant"] != tenant or manifest["tenant"] != tenant:
            yield f"I3 object {key}: nobody promised this document"
            continue
        seen[promise["id"]] += 1
        if manifest["parts"][0]["sha256"] != promise["payload_sha256"]:
            yield f"I4 object {key}: is not what was promised"
    for promise in filings.values():
        wanted = int(promise["state"] == "confirmed")
        if seen[promise["id"]] != wanted:
            word = "I1" if seen[promise["id"]] < wanted else "I2"
            yield f"{word} document {promise['id']}: filed {seen[promise['id']]} times"


def _manifests(state: State) -> Iterator[tuple[str, str, Row]]:
    for tenant, bucket in _buckets(state):
        reader = state.house.reader(bucket, tenant)
        for path in bucket.glob("v1/a/*/d/*/*.json"):
            yield tenant, str(path.relative_to(bucket)), json.loads(reader.file(path))
        packed = {}
        for key, manifest, _ in _packed(bucket, reader):
            # After a crash a document may lie in a second pack; to the byte it is the same one.
            packed[json.dumps(manifest)] = (key, manifest)
        for key, manifest in packed.values():
            yield tenant, key, manifest


def _packed(bucket: Path, reader: SealedReader) -> Iterator[tuple[str, Row, list[bytes]]]:
    for path in bucket.glob("v1/p/*/*"):
        # What is wrong with a damaged pack is said by :func:`_packs`.
        with contextlib.suppress(ValueError, InvalidTag):
            for manifest, parts in documents(path.read_bytes(), reader.content):
                yield str(path.relative_to(bucket)), manifest, parts


def _buckets(state: State) -> list[tuple[str, Path]]:
    tenants = {m["tenant"] for m in state.messages}
    return [(tenant, state.house.bucket(tenant)) for tenant in sorted(tenants)]


def _objects(state: State) -> Iterator[str]:
    """I3, I4: each object has the bytes its manifest names, and each is named by one."""
    named = {
        (tenant, part["object_key"]): part["sha256"]
        for tenant, _, manifest in _manifests(state)
        for part in manifest["parts"]
        if "object_key" in part
    }
    for tenant, bucket in _buckets(state):
        reader = state.house.reader(bucket, tenant)
        for path in bucket.glob("v1/a/*/o/*/*"):
            digest = named.pop((tenant, str(path.relative_to(bucket))), None)
            if digest is None:
                yield f"I3 object {path.name[:12]}: no manifest names it"
            elif _digest_of(path, reader) != digest:
                yield f"I4 object {path.name[:12]}: was changed"
    for _, key in named:
        yield f"I1 object {key}: is missing"


def _digest_of(path: Path, reader: SealedReader) -> str:
    """Return the digest of an object's content; none if it does not open."""
    try:
        return _sha(reader.file(path))
    except (ValueError, InvalidTag):
        return ""


def _packs(state: State) -> Iterator[str]:
    """I4: each pack is whole, and each document in it has the bytes its manifest names."""
    for tenant, bucket in _buckets(state):
        for path in bucket.glob("v1/p/*/*"):
            yield from _wrong_in_pack(path, state.house.reader(bucket, tenant))


def _wrong_in_pack(path: Path, reader: SealedReader) -> Iterator[str]:
    try:
        found = documents(path.read_bytes(), reader.content)
    except (ValueError, InvalidTag) as exc:
        yield f"I4 pack {path.name[:12]}: {exc}"
        return
    for manifest, parts in found:
        if [part["sha256"] for part in manifest["parts"]] != [_sha(part) for part in parts]:
            yield f"I4 pack {path.name[:12]}: document {manifest['id']} was changed"


def _quarantine(state: State) -> Iterator[str]:
    """Each refused message lies in quarantine once, with its bytes and one reason."""
    replaced = _with_entry(state, "clearing_corrected")
    for message in state.messages:
        inbox = state.house.folder / "inbox" / message["tenant"] / message["channel"]
        found = list((inbox / ".quarantine").rglob(f"{message['id']}__*"))
        reasons = [path for path in found if path.name.endswith(".grund.json")]
        refused = message["state"] == "refused" and message["id"] not in replaced
        wanted = int(refused and inbox.exists())
        if (len(reasons), len(found) - len(reasons)) != (wanted, wanted):
            yield f"I6 quarantine {message['id']}: {len(found)} files"
        for path in reasons:
            reason = json.loads(path.read_bytes())
            if (reason["message_id"], reason["code"]) != (message["id"], message["code"]):
                yield f"I6 quarantine {message['id']}: the reason names something else"
