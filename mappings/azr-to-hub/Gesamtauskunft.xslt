<?xml version="1.0" encoding="UTF-8"?>
<!--
  090004 to Gesamtauskunft. Only what § 18d Abs. 2 AZRG gives a UVG office and the hub uses: person,
  residence title, transmission blocks, benefits. Everything else is left behind.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611" exclude-result-prefixes="xa">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/xa:VonAZR.AZRGesamtauskunft.090004">
    <records>
      <record kind="Gesamtauskunft">
        <azr_number><xsl:value-of select="xa:azrNummer"/></azr_number>
        <former_azr_number><xsl:value-of select="xa:alteAZRNummerDerAnfrage"/></former_azr_number>
        <xsl:apply-templates select="xa:grundpersonalien"/>
        <xsl:call-template name="residence"/>
        <blocks type="list">
          <xsl:for-each select="xa:uebermittlungssperre">
            <item><xsl:value-of select="xa:uebermittlungssperreArt/code"/></item>
          </xsl:for-each>
        </blocks>
        <benefits type="list"><xsl:apply-templates select="xa:existenzsicherndeLeistung"/></benefits>
      </record>
    </records>
  </xsl:template>

  <!-- A day of birth known only in part is no date: it stays absent, and a clerk decides. -->
  <xsl:template match="xa:grundpersonalien">
    <person type="object">
      <family_name><xsl:value-of select="xa:familienname/name"/></family_name>
      <given_names><xsl:value-of select="xa:vorname/name"/></given_names>
      <birth_date><xsl:value-of select="xa:geburtsangaben/xa:tagDerGeburt/teilbekanntesDatum/jahrMonatTag"/></birth_date>
      <sex><xsl:value-of select="xa:geschlecht/xa:geschlecht/code"/></sex>
      <nationality><xsl:value-of select="xa:staatsangehoerigkeit[1]/xa:staatsangehoerigkeit/code"/></nationality>
    </person>
  </xsl:template>

  <xsl:template match="xa:existenzsicherndeLeistung">
    <item type="object">
      <kind><xsl:value-of select="xa:leistungArt/code"/></kind>
      <begin><xsl:value-of select="xa:leistungsbeginn"/></begin>
      <end><xsl:value-of select="xa:leistungsende"/></end>
      <reference_id><xsl:value-of select="xa:referenz.id"/></reference_id>
    </item>
  </xsl:template>

  <!-- The strongest title first; of several of one kind the one that lasts longest. -->
  <xsl:template name="residence">
    <xsl:choose>
      <xsl:when test="xa:niederlassungserlaubnis[not(xa:gueltig = 'false')]">
        <xsl:call-template name="title">
          <xsl:with-param name="word">Niederlassungserlaubnis</xsl:with-param>
          <xsl:with-param name="entries" select="xa:niederlassungserlaubnis[not(xa:gueltig = 'false')]"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="xa:aufenthaltserlaubnis[not(xa:gueltig = 'false')]">
        <xsl:call-template name="title">
          <xsl:with-param name="word">Aufenthaltserlaubnis</xsl:with-param>
          <xsl:with-param name="entries" select="xa:aufenthaltserlaubnis[not(xa:gueltig = 'false')]"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="xa:aufenthaltsrechtEU[not(xa:gueltig = 'false')]">
        <xsl:call-template name="title">
          <xsl:with-param name="word">Aufenthaltsrecht EU</xsl:with-param>
          <xsl:with-param name="entries" select="xa:aufenthaltsrechtEU[not(xa:gueltig = 'false')]"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="xa:aufenthaltsgestattung">
        <xsl:call-template name="title">
          <xsl:with-param name="word">Aufenthaltsgestattung</xsl:with-param>
          <xsl:with-param name="entries" select="xa:aufenthaltsgestattung"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="xa:aktuelleDuldung">
        <xsl:call-template name="title">
          <xsl:with-param name="word">Duldung</xsl:with-param>
          <xsl:with-param name="entries" select="xa:aktuelleDuldung"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="title">
    <xsl:param name="word"/>
    <xsl:param name="entries"/>
    <xsl:for-each select="$entries">
      <!-- An entry without an end lasts longest: year 9999 sorts last. -->
      <xsl:sort select="concat(xa:befristungsdatum, substring('9999', 1 div not(xa:befristungsdatum)))" order="descending"/>
      <xsl:sort select="xa:ereignisdatum" order="descending"/>
      <xsl:if test="position() = 1">
        <residence_title><xsl:value-of select="$word"/></residence_title>
        <residence_until><xsl:value-of select="xa:befristungsdatum"/></residence_until>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
