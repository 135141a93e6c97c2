from hub.formats.tables.excerpt import excerpt, rows_of

FILE = b'A;B\r\n1;x\r\n2;"a\r\nb"\r\n\r\n4;"q ""r"""\r\n'


def test_rows_are_counted_as_the_check_counts_them() -> None:
    assert [b"A;B", b"1;x", b'2;"a\r\nb"', b"", b'4;"q ""r"""'] == rows_of(FILE)


def test_wanted_rows_come_as_they_were_under_the_line_of_columns() -> None:
    assert b'A;B\r\n2;"a\r\nb"\r\n4;"q ""r"""\r\n' == excerpt(FILE, {2, 4})


def test_a_quote_left_open_ends_with_the_file() -> None:
    assert [b"A", b'"x\r\ny'] == rows_of(b'A\r\n"x\r\ny')


def test_nothing_wanted_leaves_the_columns() -> None:
    assert b"A;B\r\n" == excerpt(FILE, ())
