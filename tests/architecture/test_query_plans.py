"""What is asked again and again costs the same however many messages there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import apsw

from hub.app import all_migrations
from tests.architecture.tree import modules, name_of, syntax

STATEMENT = re.compile(r"\s*(WITH|SELECT|UPDATE|DELETE)\b")
GROWS = "message|journal|promise|lane|payload|seen|benefit_case"
"""Tables that grow with every message. Partial indexes of what is at work are short."""
WALK = re.compile(
    rf"SCAN ({GROWS})( USING (COVERING )?INDEX (sqlite_autoindex|message_|journal_).*)?$"
)
ONE_OFFICE = re.compile(rf"SEARCH ({GROWS}) USING .*INDEX (?!lane_)\w+ \(tenant=\?\)$")
"""Through all of an office's rows."""
MAY_WALK = {
    "hub/app/restore.py": "once, when a backup is put back",
    "hub/demo/story.py": "a demonstration",
    "hub/demo/verify.py": "a demonstration",
    "hub/evidence/closing.py": "once, when a year is archived",
    "hub/evidence/retention.py": "once a day, what rests beyond its time",
    "hub/pipeline/balance.py": "counts everything again when asked to",
    "hub/store/journal.py": "verification and the look at the start",
}


def plans() -> Iterator[tuple[str, str, list[str]]]:
    """Yield each statement that can be explained as it stands, with its plan."""
    database = apsw.Connection(":memory:")
    for _, sql in all_migrations():
        database.execute(sql).fetchall()
    for path in modules("hub"):
        for node in ast.walk(syntax(path)):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if not STATEMENT.match(node.value):
                continue
            sql = re.sub(r"/\*pg.*?\*/", "", node.value)
            sql = re.sub(r" IN :(\w+)", r" IN (:\1a, :\1b, :\1c, :\1d)", sql)
            try:
                rows = database.execute(
                    f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(re.findall(r":(\w+)", sql), 1)
                ).fetchall()
            except (apsw.Error, TypeError):
                continue  # a piece of a statement, or one of PostgreSQL
            yield name_of(path), " ".join(sql.split()), [row[3] for row in rows]


def test_no_question_walks_through_a_table_that_grows_with_every_message() -> None:
    walks = {
        (name, sql)
        for name, sql, plan in plans()
        if any(WALK.match(step) or ONE_OFFICE.match(step) for step in plan)
    }

    assert set() == {(name, sql) for name, sql in walks if name not in MAY_WALK}
    assert set() == MAY_WALK.keys() - {name for name, _ in walks}, "no reason is needed any more"


def test_the_plans_are_really_looked_at() -> None:
    seen = [plan for _, _, plan in plans()]

    assert len(seen) > 200
    assert any(WALK.match(step) for plan in seen for step in plan)
