<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Datensatz „Kassenstatus“ an das Fachverfahren. -->
  <xsl:include href="bausteine.xsl"/>
  <xsl:template match="/records"><xsl:apply-templates select="record"/></xsl:template>
  <xsl:template match="record">
    <kassenstatus>
      <xsl:call-template name="kopf"/>
      <bescheidnummer><xsl:value-of select="notice_id"/></bescheidnummer>
      <auftragsnummer><xsl:value-of select="order_id"/></auftragsnummer>
      <anordnungsart><xsl:value-of select="order_kind"/></anordnungsart>
      <status>
        <xsl:choose>
          <xsl:when test="status = 'accepted'">angenommen</xsl:when>
          <xsl:when test="status = 'refused'">abgelehnt</xsl:when>
          <xsl:when test="status = 'confirmed'">bestaetigt</xsl:when>
          <xsl:otherwise><xsl:value-of select="status"/></xsl:otherwise>
        </xsl:choose>
      </status>
      <xsl:call-template name="betrag"><xsl:with-param name="name" select="'betrag'"/><xsl:with-param name="cent" select="amount_cents"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'kassenzeichen'"/><xsl:with-param name="wert" select="cash_reference"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'fehlercode'"/><xsl:with-param name="wert" select="code"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'text'"/><xsl:with-param name="wert" select="substring(text, 1, 200)"/></xsl:call-template>
      <datum><xsl:value-of select="at"/></datum>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'bezugsnummer'"/><xsl:with-param name="wert" select="reference"/></xsl:call-template>
    </kassenstatus>
  </xsl:template>
</xsl:stylesheet>
