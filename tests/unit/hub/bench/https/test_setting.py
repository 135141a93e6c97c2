"""Receipts take another way, all else stays."""

import tomllib

import pytest

from hub.app import SHIPPED
from hub.bench.https.setting import receipts_over_https
from hub.core.errors import Misconfigured

ROUTES = (SHIPPED / "mappings/routes.toml").read_text(encoding="utf-8")


def test_only_the_receipts_of_the_case_core_go_out_over_https() -> None:
    before, after = tomllib.loads(ROUTES), tomllib.loads(receipts_over_https(ROUTES))
    changed = [new for old, new in zip(before["out"], after["out"], strict=True) if old != new]

    assert before["in"] == after["in"]
    [route] = changed
    assert ("fachverfahren", ["Quittung"]) == (route["partner"], route["kinds"])
    assert ("https", False) == (route["door"], route["answers"])
    assert "file_name" not in route


def test_routes_without_receipts_cannot_be_measured() -> None:
    with pytest.raises(Misconfigured) as error:
        receipts_over_https(ROUTES.replace('kinds = ["Quittung"]', 'kinds = ["Kassenstatus"]'))

    assert "bench_routes_unfit" == error.value.code
