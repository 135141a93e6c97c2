<?xml version="1.0" encoding="UTF-8"?>
<!-- Registeranfrage to 090001: purpose 31 (UVG), search profile N, no history, no former names. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611"
                xmlns:hub="urn:aktenhub:mapping" exclude-result-prefixes="hub">
  <xsl:import href="head.xsl"/>
  <hub:mapping format="azr/Anfrage-26.11"/>

  <xsl:template match="/">
    <xsl:apply-templates select="records/record[@kind = 'Registeranfrage']"/>
  </xsl:template>

  <xsl:template match="record">
    <xa:AnAZR.AZRAnfrage.090001>
      <xsl:call-template name="root-attributes"/>
      <xsl:call-template name="head"><xsl:with-param name="type">090001</xsl:with-param></xsl:call-template>
      <xa:abrufzweck listURI="urn:de:xauslaender:codelist:azr:abrufzweck" listVersionID="6"><code>31</code></xa:abrufzweck>
      <xa:geschaeftszeichen><xsl:value-of select="file_reference"/></xa:geschaeftszeichen>
      <xa:lieferungFruehererNamen>false</xa:lieferungFruehererNamen>
      <xa:lieferungSuchvermerke>false</xa:lieferungSuchvermerke>
      <xa:lieferungHistorie>false</xa:lieferungHistorie>
      <xa:anfrageAZR>
        <xsl:choose>
          <!-- § 10 Abs. 1 AZRG: the number if it is known, else all personal data. -->
          <xsl:when test="azr_number"><xa:azrNummer><xsl:value-of select="azr_number"/></xa:azrNummer></xsl:when>
          <xsl:otherwise><xsl:apply-templates select="child"/></xsl:otherwise>
        </xsl:choose>
      </xa:anfrageAZR>
    </xa:AnAZR.AZRAnfrage.090001>
  </xsl:template>

  <xsl:template match="child">
    <xa:grundpersonalien>
      <xa:familienname>
        <xsl:call-template name="name"><xsl:with-param name="text" select="family_name"/></xsl:call-template>
      </xa:familienname>
      <xa:vorname>
        <xsl:call-template name="name"><xsl:with-param name="text" select="given_names"/></xsl:call-template>
      </xa:vorname>
      <xa:geburtsangaben>
        <xa:geburtsort>
          <xsl:choose>
            <xsl:when test="string(birth_place)"><xa:ort><xsl:value-of select="birth_place"/></xa:ort></xsl:when>
            <xsl:otherwise><xa:unbekannt>true</xa:unbekannt></xsl:otherwise>
          </xsl:choose>
        </xa:geburtsort>
        <xa:geburtsortStaat>
          <xsl:call-template name="state"><xsl:with-param name="code" select="birth_country"/></xsl:call-template>
        </xa:geburtsortStaat>
        <xa:tagDerGeburt>
          <teilbekanntesDatum><jahrMonatTag><xsl:value-of select="birth_date"/></jahrMonatTag></teilbekanntesDatum>
        </xa:tagDerGeburt>
      </xa:geburtsangaben>
      <xa:geschlecht>
        <xsl:if test="string(sex)">
          <xa:geschlecht listURI="urn:xoev-de:xinneres:codeliste:geschlecht" listVersionID="1"><code><xsl:value-of select="sex"/></code></xa:geschlecht>
        </xsl:if>
      </xa:geschlecht>
      <xsl:if test="string(nationality)">
        <xa:staatsangehoerigkeit>
          <xsl:call-template name="state"><xsl:with-param name="code" select="nationality"/></xsl:call-template>
        </xa:staatsangehoerigkeit>
      </xsl:if>
      <xa:suchprofil listURI="urn:de:xauslaender:codelist:azr:suchprofil" listVersionID="2"><code>N</code></xa:suchprofil>
    </xa:grundpersonalien>
  </xsl:template>

  <xsl:template name="name">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="string($text)"><name><xsl:value-of select="$text"/></name></xsl:when>
      <xsl:otherwise><nichtVorhanden>true</nichtVorhanden></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A state of birth must not be „not stated“ (999): unclear (998) takes its place. -->
  <xsl:template name="state">
    <xsl:param name="code"/>
    <xa:staatsangehoerigkeit listURI="urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:staatsangehoerigkeit" listVersionID="2024-08-01">
      <code>
        <xsl:choose>
          <xsl:when test="string($code) = '' or ($code = '999' and name($code) = 'birth_country')">998</xsl:when>
          <xsl:otherwise><xsl:value-of select="$code"/></xsl:otherwise>
        </xsl:choose>
      </code>
    </xa:staatsangehoerigkeit>
  </xsl:template>
</xsl:stylesheet>
