<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Was Auszahlungs- und Annahmeanordnung gemeinsam haben. -->
  <xsl:include href="personen.xsl"/>
  <xsl:template name="kopf">
    <business_id><xsl:value-of select="f:nachrichtennummer"/></business_id>
    <case_id><xsl:value-of select="f:fallnummer"/></case_id>
    <notice_id><xsl:value-of select="f:bescheidnummer"/></notice_id>
    <order_date><xsl:value-of select="f:anordnungsdatum"/></order_date>
    <child type="object"><xsl:apply-templates select="f:berechtigter/*" mode="feld"/></child>
    <amount_cents type="money"><xsl:value-of select="f:betrag"/></amount_cents>
  </xsl:template>
  <xsl:template name="schluss">
    <reasons type="list">
      <xsl:for-each select="f:begruendung/f:absatz"><item><xsl:value-of select="."/></item></xsl:for-each>
    </reasons>
    <checked_by type="object"><xsl:apply-templates select="f:feststellung" mode="zeichnung"/></checked_by>
    <ordered_by type="object"><xsl:apply-templates select="f:anordnung" mode="zeichnung"/></ordered_by>
    <xsl:apply-templates select="f:sachbearbeitung"/>
  </xsl:template>
  <xsl:template match="*" mode="zeichnung">
    <id><xsl:value-of select="f:kennung"/></id>
    <name><xsl:value-of select="f:name"/></name>
    <on><xsl:value-of select="f:datum"/></on>
  </xsl:template>
</xsl:stylesheet>
