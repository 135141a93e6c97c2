"""Business rules of XML messages: XPath rules in TOML, and Schematron.

Schematron is compiled with the ISO style sheets that come with lxml and run without any access
to files or network; ``sch:include`` and ``document()`` are refused. A rule that breaks off
raises, and the document counts as not checkable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree, isoschematron

from hub.core.errors import NotChecked
from hub.core.findings import Finding, Level
from hub.formats.base import Document
from hub.formats.rules import Levels, Rule, RuleFile, faulty

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FORBIDDEN = ("document(", "unparsed-text(", "doc(")
_WEIGHT = {"warning": Level.WARNING, "warn": Level.WARNING, "info": Level.INFO}


class XPathRules:
    """The rules of one ``.rules.toml``, compiled."""

    def __init__(self, path: Path, file: RuleFile) -> None:
        self.ids = tuple(rule.id for rule in file.rules)
        self._rules = [self._compiled(path, rule, file.namespaces) for rule in file.rules]

    @staticmethod
    def _compiled(
        path: Path, rule: Rule, namespaces: Mapping[str, str]
    ) -> tuple[Rule, etree.XPath, etree.XPath]:
        if not (rule.context and rule.test) or rule.require or rule.when:
            raise faulty(path, f"{rule.id}: XML braucht „context“ und „test“")
        try:
            context = etree.XPath(rule.context, namespaces=dict(namespaces), regexp=False)
            test = etree.XPath(f"boolean({rule.test})", namespaces=dict(namespaces), regexp=False)
        except etree.XPathError as exc:
            raise faulty(path, f"{rule.id}: {exc}") from exc
        return rule, context, test

    def findings(self, tree: Document, levels: Levels) -> Iterator[Finding]:
        """Yield what breaks a rule.

        Raises:
            NotChecked: a rule could not run.
        """
        for rule, context, test in self._rules:
            try:
                broken = [node for node in context(tree) if not test(node)]
                places = [(node.sourceline, tree.getpath(node)) for node in broken]
            except (etree.XPathError, AttributeError, TypeError, ValueError) as exc:
                # An expression that yields anything but elements cannot be judged either.
                raise _broken_off(rule.id) from exc
            for line, path in places:
                yield Finding(rule.id, rule.text, rule.graded(levels), line=line, path=path)


class Schematron:
    """One ``.sch``, compiled; its assertions carry an ``id`` and, where no error, a ``role``."""

    def __init__(self, path: Path, tree: Document) -> None:
        _refuse_foreign(path, tree)
        self.ids = tuple(node.get("id", "") for node in tree.iter(f"{_SCH}assert", f"{_SCH}report"))
        if not all(self.ids) or len(self.ids) != len(set(self.ids)):
            raise faulty(path, "jede Regel braucht eine eigene Kennung (id)")
        try:
            whole = isoschematron.iso_abstract_expand(tree)
            sheet = isoschematron.iso_svrl_for_xslt1(whole)
            self._transform = etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL)
        except (etree.XSLTApplyError, etree.XSLTParseError) as exc:
            raise faulty(path, str(exc)) from exc

    def findings(self, tree: Document, levels: Levels) -> Iterator[Finding]:
        """Yield what breaks a rule.

        Raises:
            NotChecked: the rules could not run.
        """
        try:
            report = self._transform(tree).getroot()
        except etree.XSLTApplyError as exc:
            raise _broken_off("schematron") from exc
        if report is None or report.tag != f"{_SVRL}schematron-output":
            raise _broken_off("schematron")
        for said in report.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
            yield self._finding(said, tree, levels)

    @staticmethod
    def _finding(said: Document, tree: Document, levels: Levels) -> Finding:
        rule = said.get("id")
        level = levels.get(rule, _WEIGHT.get(said.get("role", ""), Level.ERROR))
        nodes = tree.xpath(said.get("location"))
        text = " ".join("".join(said.itertext()).split())
        if not nodes:
            return Finding(rule, text, level)
        node = nodes[0]
        return Finding(rule, text, level, line=node.sourceline, path=tree.getpath(node))


def _refuse_foreign(path: Path, tree: Document) -> None:
    if next(tree.iter(f"{_SCH}include", f"{_SCH}extends"), None) is not None and any(
        node.get("href") or node.tag == f"{_SCH}include"
        for node in tree.iter(f"{_SCH}include", f"{_SCH}extends")
    ):
        raise faulty(path, "es bindet etwas ein (include)")
    for node in tree.iter(etree.Element):
        for text in node.attrib.values():
            if any(word in text for word in _FORBIDDEN):
                raise faulty(path, "eine Regel greift auf andere Dateien zu")


def _broken_off(name: str) -> NotChecked:
    return NotChecked(
        "rule_broken_off",
        f"Die Regel „{name}“ konnte nicht laufen.",
        place=name,
        remedy="Regel prüfen („aktenhub check“), danach den Klärfall freigeben.",
    )
