<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Datensatz „Zahlungseingang“ an das Fachverfahren. -->
  <xsl:include href="bausteine.xsl"/>
  <xsl:template match="/records"><xsl:apply-templates select="record"/></xsl:template>
  <xsl:template match="record">
    <zahlungseingang>
      <xsl:call-template name="kopf"/>
      <kassenzeichen><xsl:value-of select="cash_reference"/></kassenzeichen>
      <belegnummer><xsl:value-of select="receipt_id"/></belegnummer>
      <xsl:call-template name="betrag"><xsl:with-param name="name" select="'betrag'"/><xsl:with-param name="cent" select="amount_cents"/></xsl:call-template>
      <buchungstag><xsl:value-of select="booking_date"/></buchungstag>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'einzahler'"/><xsl:with-param name="wert" select="substring(payer, 1, 200)"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'text'"/><xsl:with-param name="wert" select="substring(text, 1, 200)"/></xsl:call-template>
      <xsl:call-template name="betrag"><xsl:with-param name="name" select="'offen'"/><xsl:with-param name="cent" select="open_cents"/></xsl:call-template>
    </zahlungseingang>
  </xsl:template>
</xsl:stylesheet>
