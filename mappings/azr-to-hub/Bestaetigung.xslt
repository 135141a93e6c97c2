<?xml version="1.0" encoding="UTF-8"?>
<!-- 090098 to Meldebestaetigung: the new reference of our entry, and a new AZR number if there is one. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611" exclude-result-prefixes="xa">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/xa:VonAZR.AZRBestaetigungMeldung.090098">
    <records>
      <record kind="Meldebestaetigung">
        <azr_number><xsl:value-of select="xa:azrNummer"/></azr_number>
        <reference_id><xsl:value-of select="xa:sachverhalt/xa:existenzsicherndeLeistung.referenz.id"/></reference_id>
      </record>
    </records>
  </xsl:template>
</xsl:stylesheet>
