import json
from pathlib import Path

import pytest

from hub.web.pages.viewer import scripts
from tests.small_house import Visitor


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for place in ("build/pdf.min.mjs", "build/pdf.worker.min.mjs", "wasm/openjpeg.wasm"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_bytes(b"x")
    (tmp_path / "package.json").write_text(json.dumps({"version": "6.5.438"}))
    (tmp_path / "secret.txt").write_text("not to be served")
    return tmp_path


def test_what_is_not_installed_has_no_address(tmp_path: Path) -> None:
    assert "" == scripts.base(tmp_path)
    assert {} == scripts.shelf(tmp_path)


def test_the_library_lies_under_its_version(library: Path) -> None:
    assert "/static/pdfjs/6.5.438/" == scripts.base(library)
    assert {"build/pdf.min.mjs", "build/pdf.worker.min.mjs", "wasm/openjpeg.wasm"} == set(
        scripts.shelf(library)
    )


def test_every_script_names_only_scripts_that_exist() -> None:
    every = scripts.modules()
    named = {
        line.split('"./')[1].split('"')[0]
        for body in every.values()
        for line in body.decode().splitlines()
        if ' from "./' in line
    }

    assert named
    assert set() == named - set(every)
    assert named | {"viewer.mjs"} == set(every)


async def test_our_scripts_are_kept_by_browsers_under_their_version_only(nobody: Visitor) -> None:
    current = await nobody.get(f"/static/viewer/{scripts.version()}/viewer.mjs")
    former = await nobody.get("/static/viewer/former/viewer.mjs")

    assert "text/javascript" == current.content_type
    assert "immutable" in current.headers["Cache-Control"]
    assert "no-cache" == former.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/static/viewer/x/nothing.mjs", "/static/viewer/x/..%2Fstyle.css",
     "/static/pdfjs/6.5.438/build/..%2Fpackage.json", "/static/pdfjs/6.5.438/..%2F../x"],
)  # fmt: skip
async def test_nothing_else_is_served(nobody: Visitor, path: str) -> None:
    assert 404 == (await nobody.get(path)).status
