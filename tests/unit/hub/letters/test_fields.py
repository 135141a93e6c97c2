import pytest
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.core.errors import Misconfigured
from hub.letters.fields import missing_fields, used_fields


def parsed(source: str) -> nodes.Template:
    return ImmutableSandboxedEnvironment(autoescape=True).parse(source)


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("Guten Tag", set()),
        ("{{ case_id }}", {"case_id"}),
        ("{{ office.name }}, {{ office.city }}", {"office.name", "office.city"}),
        ("{% for p in periods %}{{ p.begin }}{% endfor %}", {"periods[].begin"}),
        ("{% for r in reasons %}{{ r }}{% endfor %}", {"reasons[]"}),
        ("{% for p in a.b %}{% for q in p.c %}{{ q.d }}{% endfor %}{% endfor %}", {"a.b[].c[].d"}),
        ("{% for p in a %}{{ loop.index }}{{ x }}{% endfor %}", {"a[]", "x"}),
        ("{% for p in a %}{% else %}{{ x }}{% endfor %}", {"a[]", "x"}),
        ("{% if reclaim %}{{ reclaim.amount }}{% endif %}", {"reclaim.amount"}),
        ("{% if a == 'x' and not b %}{{ c }}{% else %}{{ d }}{% endif %}", {"a", "b", "c", "d"}),
    ],
)
def test_used_fields_are_named_with_their_path(source: str, paths: set[str]) -> None:
    assert paths == used_fields(parsed(source), "vorlage")


@pytest.mark.parametrize(
    "source",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ _private }}",
        "{{ office['name'] }}",
        "{{ office.items }}",
        "{{ case_id | upper }}",
        "{{ range(10) }}",
        "{{ 'A' * 100000000 }}",
        "{{ 1 + 1 }}",
        "{{ [1, 2] }}",
        "{{ case_id if case_id else 'x' }}",
        "{% if case_id is defined %}x{% endif %}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% for a, b in c %}{% endfor %}",
        "{% for a in c if a %}{% endfor %}",
        "{% for a in 'abc' %}{% endfor %}",
        "{% for a in c recursive %}{% endfor %}",
        "{% filter upper %}x{% endfilter %}",
    ],
)
def test_more_than_fields_loops_and_conditions_is_refused(source: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        used_fields(parsed(source), "vorlage")

    assert "template_expression_forbidden" == caught.value.code
    assert "vorlage" in caught.value.message


VALUES = {
    "case_id": "UV-1",
    "start": "",
    "office": {"name": "Jugendamt", "phone": None},
    "periods": [{"begin": "1."}, {"begin": "2.", "end": "3."}],
    "empty": [],
    "reclaim": None,
}


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("case_id", True),
        ("start", True),
        ("office.name", True),
        ("office.phone", False),
        ("office.fax", False),
        ("office", False),
        ("unknown", False),
        ("case_id.length", False),
        ("periods[].begin", True),
        ("periods[].end", False),
        ("case_id[]", False),
        ("empty[].begin", True),
        ("reclaim.amount", True),
        ("reclaim", False),
    ],
)
def test_a_field_without_a_value_is_missing(path: str, *, given: bool) -> None:
    assert (() if given else (path,)) == missing_fields(frozenset([path]), VALUES)
