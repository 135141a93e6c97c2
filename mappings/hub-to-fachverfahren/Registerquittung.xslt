<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Datensatz „Registerquittung“ an das Fachverfahren. -->
  <xsl:include href="bausteine.xsl"/>
  <xsl:template match="/records"><xsl:apply-templates select="record"/></xsl:template>
  <xsl:template match="record">
    <registerquittung>
      <xsl:call-template name="kopf"/>
      <ergebnis>
        <xsl:choose>
          <xsl:when test="result = 'acknowledged'">bestaetigt</xsl:when>
          <xsl:when test="result = 'refused'">abgelehnt</xsl:when>
          <xsl:otherwise><xsl:value-of select="result"/></xsl:otherwise>
        </xsl:choose>
      </ergebnis>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'leistungsbeginn'"/><xsl:with-param name="wert" select="benefit_begin"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'fehlercode'"/><xsl:with-param name="wert" select="substring(code, 1, 200)"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'text'"/><xsl:with-param name="wert" select="text"/></xsl:call-template>
      <datum><xsl:value-of select="at"/></datum>
    </registerquittung>
  </xsl:template>
</xsl:stylesheet>
