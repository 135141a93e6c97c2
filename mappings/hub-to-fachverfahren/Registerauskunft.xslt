<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:aktenhub:fachverfahren:1">
  <!-- Datensatz „Registerauskunft“ an das Fachverfahren. -->
  <xsl:include href="bausteine.xsl"/>
  <xsl:template match="/records"><xsl:apply-templates select="record"/></xsl:template>
  <xsl:template match="record">
    <registerauskunft>
      <xsl:call-template name="kopf"/>
      <ergebnis>
        <xsl:choose>
          <xsl:when test="result = 'found'">gefunden</xsl:when>
          <xsl:when test="result = 'not_found'">nicht_gefunden</xsl:when>
          <xsl:when test="result = 'ambiguous'">mehrdeutig</xsl:when>
          <xsl:when test="result = 'failed'">fehlgeschlagen</xsl:when>
          <xsl:otherwise><xsl:value-of select="result"/></xsl:otherwise>
        </xsl:choose>
      </ergebnis>
      <xsl:apply-templates select="person"/>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'aufenthaltstitel'"/><xsl:with-param name="wert" select="residence_title"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'aufenthaltBis'"/><xsl:with-param name="wert" select="residence_until"/></xsl:call-template>
      <datum><xsl:value-of select="at"/></datum>
    </registerauskunft>
  </xsl:template>
  <xsl:template match="person">
    <person>
      <familienname><xsl:value-of select="family_name"/></familienname>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'vornamen'"/><xsl:with-param name="wert" select="given_names"/></xsl:call-template>
      <xsl:call-template name="feld"><xsl:with-param name="name" select="'geburtsdatum'"/><xsl:with-param name="wert" select="birth_date"/></xsl:call-template>
    </person>
  </xsl:template>
</xsl:stylesheet>
