<?xml version="1.0" encoding="UTF-8"?>
<!-- 090003 to Trefferliste: only how many (§ 10 Abs. 3 AZRG); nobody's data goes on. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611" exclude-result-prefixes="xa">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/xa:VonAZR.AZRTrefferliste.090003">
    <records>
      <record kind="Trefferliste">
        <count type="int"><xsl:value-of select="count(xa:trefferliste/*)"/></count>
      </record>
    </records>
  </xsl:template>
</xsl:stylesheet>
