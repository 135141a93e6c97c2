<?xml version="1.0" encoding="UTF-8"?>
<!-- 090099 to Registerfehler. Numbers of other persons (personalienGleich) are left behind. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611" exclude-result-prefixes="xa">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/xa:VonAZR.AZRFehlernachricht.090099">
    <records>
      <record kind="Registerfehler">
        <faults type="list"><xsl:apply-templates select="xa:fehlerfall"/></faults>
      </record>
    </records>
  </xsl:template>

  <xsl:template match="xa:fehlerfall">
    <item type="object">
      <code><xsl:value-of select="xa:fehlerschluessel"/></code>
      <text><xsl:value-of select="xa:fehlertext"/></text>
      <xsl:if test="xa:fehlerhaftesAttribut">
        <attributes type="list">
          <xsl:for-each select="xa:fehlerhaftesAttribut"><item><xsl:value-of select="."/></item></xsl:for-each>
        </attributes>
      </xsl:if>
    </item>
  </xsl:template>
</xsl:stylesheet>
