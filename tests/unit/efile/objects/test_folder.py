"""What is peculiar to the folder: no half objects, honest failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from efile import FolderStore, StorageUnavailable


async def test_temporary_files_are_no_objects_and_do_not_stay(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put_once("muster", "v1/a/x", b"data")
    (tmp_path / "aktenhub-muster-akte/v1/a/.left.tmp").write_bytes(b"from a crash")

    listed = [item.key async for page in store.pages("muster", "v1/") for item in page]

    assert ["v1/a/x"] == listed


async def test_a_folder_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = FolderStore(tmp_path / "file")

    with pytest.raises(StorageUnavailable, match="storage_folder_failed"):
        await store.prepare("muster")
