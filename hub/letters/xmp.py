"""Complete the XMP metadata of a converted letter, so that its PDF/A claim holds.

PDF/A-2 (ISO 19005-2, 6.6.2.3) wants every metadata schema it does not define itself to be
described in the file. LibreOffice before 7.6 claims PDF/UA without describing that
schema. The description is written into the padding that XMP packets carry for such
edits: no byte of the file moves.
"""

from __future__ import annotations

import re

_PACKET_END = re.compile(rb"</rdf:RDF>\s*</x:xmpmeta>(\s*)<\?xpacket end")
_PDFUA_SCHEMA = b"""\
 <rdf:Description rdf:about=""
   xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
   xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
   xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
   <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
   <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
   <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
   <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
    <pdfaProperty:name>part</pdfaProperty:name>
    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
    <pdfaProperty:category>internal</pdfaProperty:category>
    <pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
   </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
 </rdf:Description>
"""


def describe_pdfua(pdf: bytes) -> bytes:
    """Return the PDF, equally long, with the PDF/UA schema described where that is missing.

    A file without room for it is returned unchanged; the check of the letter then finds it.
    """
    end = _PACKET_END.search(pdf)
    if end is None or b"pdfaExtension:schemas" in pdf:
        return pdf
    if len(end.group(1)) <= len(_PDFUA_SCHEMA):
        return pdf
    last_kept = end.end(1) - len(_PDFUA_SCHEMA)
    return pdf[: end.start()] + _PDFUA_SCHEMA + pdf[end.start() : last_kept] + pdf[end.end(1) :]
