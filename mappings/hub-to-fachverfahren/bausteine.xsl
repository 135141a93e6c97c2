<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Was alle Nachrichten an das Fachverfahren brauchen. -->
  <xsl:template name="feld">
    <xsl:param name="name"/>
    <xsl:param name="wert"/>
    <xsl:if test="string($wert) != ''">
      <xsl:element name="{$name}"><xsl:value-of select="$wert"/></xsl:element>
    </xsl:if>
  </xsl:template>
  <xsl:template name="betrag">
    <xsl:param name="name"/>
    <xsl:param name="cent"/>
    <xsl:element name="{$name}"><xsl:value-of select="format-number($cent div 100, '0.00')"/></xsl:element>
  </xsl:template>
  <xsl:template name="kopf">
    <nachrichtennummer><xsl:value-of select="../context/message_uuid"/></nachrichtennummer>
    <fallnummer><xsl:value-of select="case_id"/></fallnummer>
  </xsl:template>
</xsl:stylesheet>
