<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Datensatz „Quittung“ an das Fachverfahren; Angaben des Absenders höchstens 200 Zeichen lang. -->
  <xsl:include href="bausteine.xsl"/>
  <xsl:template match="/records"><xsl:apply-templates select="record"/></xsl:template>
  <xsl:template match="record">
    <quittung>
      <nachrichtennummer><xsl:value-of select="../context/message_uuid"/></nachrichtennummer>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'fallnummer'"/><xsl:with-param name="wert" select="substring(case_id, 1, 200)"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'bezugsnummer'"/><xsl:with-param name="wert" select="substring(business_id, 1, 200)"/></xsl:call-template>
      <eingangsnummer><xsl:value-of select="message_id"/></eingangsnummer>
      <eingang><xsl:value-of select="received_at"/></eingang>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'dateiname'"/><xsl:with-param name="wert" select="substring(original_name, 1, 200)"/></xsl:call-template>
      <ergebnis>
        <xsl:choose>
          <xsl:when test="result = 'accepted'">angenommen</xsl:when>
          <xsl:when test="result = 'refused'">abgelehnt</xsl:when>
          <xsl:otherwise><xsl:value-of select="result"/></xsl:otherwise>
        </xsl:choose>
      </ergebnis>
      <xsl:apply-templates select="findings/item"/>
    </quittung>
  </xsl:template>
  <xsl:template match="item">
    <befund>
      <regel><xsl:value-of select="rule"/></regel>
      <meldung><xsl:value-of select="message"/></meldung>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'zeile'"/><xsl:with-param name="wert" select="line"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'spalte'"/><xsl:with-param name="wert" select="column"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'pfad'"/><xsl:with-param name="wert" select="path"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'datensatz'"/><xsl:with-param name="wert" select="row"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'feld'"/><xsl:with-param name="wert" select="field"/></xsl:call-template>
    </befund>
  </xsl:template>
</xsl:stylesheet>
