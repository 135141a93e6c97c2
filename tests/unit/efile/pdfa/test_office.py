import pytest

from efile import NotDisplayable
from efile.capture.content import DOCX
from efile.pdfa.office import Office
from tests.foreign_files import docx


async def test_without_the_program_the_operator_is_told_what_is_missing() -> None:
    with pytest.raises(NotDisplayable, match="rendition_office_missing"):
        await Office("soffice-not-installed").to_pdf(DOCX, docx("Text"))


async def test_a_program_that_fails_is_no_rendition() -> None:
    with pytest.raises(NotDisplayable, match="rendition_office_failed"):
        await Office("false").to_pdf(DOCX, docx("Text"))
