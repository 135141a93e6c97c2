<?xml version="1.0" encoding="UTF-8"?>
<!--
  Registermeldung to 090010 with existenzsicherndeLeistung of kind 05 (UhVorschG).
  01 has no reference; 02 and 04 have reference and content; 03 and 05 have the reference only.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611"
                xmlns:hub="urn:aktenhub:mapping" exclude-result-prefixes="hub">
  <xsl:import href="head.xsl"/>
  <hub:mapping format="azr/Folgemeldung-26.11"/>

  <xsl:template match="/">
    <xsl:apply-templates select="records/record[@kind = 'Registermeldung']"/>
  </xsl:template>

  <xsl:template match="record">
    <xa:AnAZR.AZRFolgemeldung.090010>
      <xsl:call-template name="root-attributes"/>
      <xsl:call-template name="head"><xsl:with-param name="type">090010</xsl:with-param></xsl:call-template>
      <xa:azrNummer><xsl:value-of select="azr_number"/></xa:azrNummer>
      <xa:sachverhalt>
        <xa:existenzsicherndeLeistung>
          <xa:aenderungsArt listURI="urn:de:xauslaender:codelist:azr:aenderungsart" listVersionID="2"><code><xsl:value-of select="change"/></code></xa:aenderungsArt>
          <xsl:if test="change != '01'"><xa:referenz.id><xsl:value-of select="reference_id"/></xa:referenz.id></xsl:if>
          <xsl:if test="change = '01' or change = '02' or change = '04'"><xsl:call-template name="content"/></xsl:if>
        </xa:existenzsicherndeLeistung>
      </xa:sachverhalt>
    </xa:AnAZR.AZRFolgemeldung.090010>
  </xsl:template>

  <xsl:template name="content">
    <xa:existenzsicherndeLeistung.fachdaten.neu>
      <xa:leistungArt listURI="urn:xoev-de:bva:codeliste:azr.artderexistenzsicherndenleistung" listVersionID="1"><code>05</code></xa:leistungArt>
      <xa:leistungsbeginn><xsl:value-of select="benefit_begin"/></xa:leistungsbeginn>
      <xsl:if test="string(benefit_end)"><xa:leistungsende><xsl:value-of select="benefit_end"/></xa:leistungsende></xsl:if>
      <xa:aktenzeichenMeldendeBehoerde><xsl:value-of select="file_reference"/></xa:aktenzeichenMeldendeBehoerde>
    </xa:existenzsicherndeLeistung.fachdaten.neu>
  </xsl:template>
</xsl:stylesheet>
