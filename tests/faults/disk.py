"""A disk that keeps only what was synced, rebuilt from the calls a process made.

What POSIX promises and nothing more: ``fsync`` of a file keeps its bytes, not its name;
``fsync`` of a folder keeps its names, not what they lead to, nor the folder's own name; a
rename is whole or not at all. Everything else may be kept or lost, call by call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.faults.trace import Call, path_of, text_of

Chance = Callable[[], bool]
"""Whether a call that was not synced reached the disk all the same."""


@dataclass(eq=False)
class Node:
    """A file or a folder, whatever its names are."""

    names: dict[str, Node] | None = None
    """Of a folder: what lies in it."""
    data: bytearray = field(default_factory=bytearray)


@dataclass
class Change:
    """What one call changed, and whether it is on the disk for sure."""

    names: tuple[tuple[Node, str, Node | None], ...] = ()
    """Folder, name, and what bears the name from now on."""
    file: Node | None = None
    offset: int | None = None
    """Where bytes were written; ``None``: the file was cut."""
    data: bytes = b""
    size: int = 0
    kept: bool = False

    def touches(self, node: Node) -> bool:
        """Tell whether a sync of the node keeps this change."""
        return self.file is node or any(folder is node for folder, _, _ in self.names)

    def apply(self, copies: Callable[[Node], Node]) -> None:
        """Make the change; ``copies`` finds the node in the tree that is changed."""
        for folder, name, node in self.names:
            names = copies(folder).names
            assert names is not None
            names.pop(name, None)
            if node is not None:
                names[name] = copies(node)
        if self.file is not None:
            data = copies(self.file).data
            if self.offset is None:
                del data[self.size :]
                data.extend(bytes(self.size - len(data)))
                return
            data.extend(bytes(max(self.offset - len(data), 0)))
            data[self.offset : self.offset + len(self.data)] = self.data


class Disk:
    """A folder as it was, and every change since."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.top = _read(root)
        self._first = _copied(self.top, {})
        """What everything began with; all of it is on the disk."""
        self._origin = dict(zip(_walk(self.top), _walk(self._first), strict=True))
        self.changes: list[Change] = []

    def replay(self, calls: Iterable[Call]) -> Self:
        """Follow the calls of a process."""
        for call in calls:
            self.follow(call)
        return self

    def follow(self, call: Call) -> None:
        """Follow one call."""
        _ACTS.get(call.name, _unknown)(self, call)

    def after_power_cut(self, chance: Chance) -> Node:
        """Return what is there afterwards; what was not synced is left to chance."""
        copies: dict[Node, Node] = {}
        first = _copied(self._first, copies)
        at_start = {node: copies[twin] for node, twin in self._origin.items()}

        def found(node: Node) -> Node:
            if node not in at_start:
                at_start[node] = Node(None if node.names is None else {})
            return at_start[node]

        for change in self.changes:
            if change.kept or chance():
                change.apply(found)
        return first

    def note(self, change: Change) -> None:
        """Make a change that is on no disk yet."""
        change.apply(lambda node: node)
        self.changes.append(change)

    def sync(self, node: Node | None) -> None:
        """Keep what was changed at a node; ``None``: everything."""
        for change in self.changes:
            if not change.kept and (node is None or change.touches(node)):
                change.kept = True

    def find(self, path: Path | None) -> Node | None:
        """Return what bears a name now; ``None``: nothing, or it lies elsewhere."""
        if path is None or not path.is_relative_to(self.root):
            return None
        node: Node | None = self.top
        for name in path.relative_to(self.root).parts:
            node = node.names.get(name) if node and node.names is not None else None
        return node

    def is_ours(self, path: Path | None) -> bool:
        """Tell whether a path lies in the folder."""
        return path is not None and path.is_relative_to(self.root) and path != self.root


def write_out(node: Node, folder: Path) -> None:
    """Put a tree into a folder."""
    folder.mkdir(parents=True)
    # SQLite's shared memory is no part of what it keeps.
    for name, inner in (node.names or {}).items():
        if inner.names is not None:
            write_out(inner, folder / name)
        elif not name.endswith("-shm"):
            (folder / name).write_bytes(inner.data)
            # Secrets others may read are refused.
            (folder / name).chmod(0o600)


def contents(node: Node, prefix: str = "") -> dict[str, bytes]:
    """Return every file of a tree by its path."""
    found = {}
    for name, inner in (node.names or {}).items():
        if inner.names is not None:
            found |= contents(inner, f"{prefix}{name}/")
        else:
            found[prefix + name] = bytes(inner.data)
    return found


def _read(path: Path) -> Node:
    if path.is_dir():
        return Node({inner.name: _read(inner) for inner in path.iterdir()})
    return Node(data=bytearray(path.read_bytes()))


def _walk(node: Node) -> list[Node]:
    return [node, *(deep for inner in (node.names or {}).values() for deep in _walk(inner))]


def _copied(node: Node, copies: dict[Node, Node]) -> Node:
    names = None
    if node.names is not None:
        names = {name: _copied(inner, copies) for name, inner in node.names.items()}
    copies[node] = Node(names, bytearray(node.data))
    return copies[node]


def _place(folder: str, name: str) -> Path:
    return (path_of(folder) or Path("/")) / text_of(name).decode("utf-8", "surrogateescape")


def _plain(name: str) -> Path:
    return Path(text_of(name).decode("utf-8", "surrogateescape"))


def _open(disk: Disk, call: Call) -> None:
    path = _place(*call.arguments[:2])
    if not disk.is_ours(path):
        return
    node = disk.find(path)
    if node is None:
        disk.note(Change(((_folder(disk, path), path.name, Node()),)))
    elif "O_TRUNC" in call.arguments[2]:
        disk.note(Change(file=node, size=0))


def _folder(disk: Disk, path: Path) -> Node:
    node = disk.find(path.parent)
    assert node is not None, path
    return node


def _mkdir(disk: Disk, path: Path) -> None:
    if disk.is_ours(path):
        disk.note(Change(((_folder(disk, path), path.name, Node({})),)))


def _rename(disk: Disk, old: Path, new: Path) -> None:
    if not disk.is_ours(old):
        return
    node = disk.find(old)
    assert node is not None, old
    disk.note(Change(((_folder(disk, old), old.name, None), (_folder(disk, new), new.name, node))))


def _link(disk: Disk, old: Path, new: Path) -> None:
    if disk.is_ours(new):
        disk.note(Change(((_folder(disk, new), new.name, disk.find(old)),)))


def _unlink(disk: Disk, path: Path) -> None:
    if disk.is_ours(path):
        disk.note(Change(((_folder(disk, path), path.name, None),)))


def _write(disk: Disk, call: Call) -> None:
    node = disk.find(path_of(call.arguments[0]))
    if node is not None:
        data = text_of(call.arguments[1])[: int(call.result)]
        at = int(call.arguments[3]) if call.name == "pwrite64" else len(node.data)
        disk.note(Change(file=node, offset=at, data=data))


def _cut(disk: Disk, call: Call) -> None:
    node = disk.find(path_of(call.arguments[0]))
    if node is not None:
        disk.note(Change(file=node, size=int(call.arguments[1])))


def _sync(disk: Disk, call: Call) -> None:
    node = disk.find(path_of(call.arguments[0]))
    if node is not None:
        disk.sync(node)


def _sync_all(disk: Disk, call: Call) -> None:
    disk.sync(None)


def _unknown(disk: Disk, call: Call) -> None:
    if any(disk.is_ours(path_of(argument)) for argument in call.arguments):
        msg = f"the model does not know {call.name}"
        raise NotImplementedError(msg)


_ACTS: dict[str, Callable[[Disk, Call], None]] = {
    "openat": lambda d, c: _open(d, c) if "O_CREAT" in c.arguments[2] else None,
    "open": lambda d, c: _open(d, Call(c.name, ("", *c.arguments), c.result)),
    "mkdir": lambda d, c: _mkdir(d, _plain(c.arguments[0])),
    "mkdirat": lambda d, c: _mkdir(d, _place(*c.arguments[:2])),
    "rename": lambda d, c: _rename(d, _plain(c.arguments[0]), _plain(c.arguments[1])),
    "renameat": lambda d, c: _rename(d, _place(*c.arguments[:2]), _place(*c.arguments[2:4])),
    "renameat2": lambda d, c: _rename(d, _place(*c.arguments[:2]), _place(*c.arguments[2:4])),
    "link": lambda d, c: _link(d, _plain(c.arguments[0]), _plain(c.arguments[1])),
    "linkat": lambda d, c: _link(d, _place(*c.arguments[:2]), _place(*c.arguments[2:4])),
    "unlink": lambda d, c: _unlink(d, _plain(c.arguments[0])),
    "rmdir": lambda d, c: _unlink(d, _plain(c.arguments[0])),
    "unlinkat": lambda d, c: _unlink(d, _place(*c.arguments[:2])),
    "write": _write,
    "pwrite64": _write,
    "ftruncate": _cut,
    "fsync": _sync,
    "fdatasync": _sync,
    "syncfs": _sync_all,
    "sync": _sync_all,
}
