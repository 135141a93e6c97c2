from hub.letters.xmp import describe_pdfua


def packet(room: int, content: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7 before <rdf:RDF>" + content + b"</rdf:RDF>\n</x:xmpmeta>"
        b"\n" + b" " * room + b'\n<?xpacket end="w"?> after'
    )  # fmt: skip


def test_the_schema_is_described_without_moving_a_byte() -> None:
    before = packet(3000)

    after = describe_pdfua(before)

    assert len(before) == len(after)
    assert before.index(b"<?xpacket end") == after.index(b"<?xpacket end")
    assert 1 == after.count(b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>")
    assert after.index(b"</pdfaExtension:schemas>") < after.index(b"</rdf:RDF>")
    assert b" after" == after[-6:]


def test_describing_twice_changes_nothing() -> None:
    once = describe_pdfua(packet(5000))

    assert once == describe_pdfua(once)


def test_a_described_schema_is_left_alone() -> None:
    described = packet(3000, b"<pdfaExtension:schemas/>")

    assert described == describe_pdfua(described)


def test_without_room_nothing_is_changed() -> None:
    assert packet(100) == describe_pdfua(packet(100))


def test_without_metadata_nothing_is_changed() -> None:
    assert b"%PDF-1.7" == describe_pdfua(b"%PDF-1.7")
