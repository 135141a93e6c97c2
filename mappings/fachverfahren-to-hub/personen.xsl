<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Personen und Sachbearbeitung: je Element ein Feld. -->
  <xsl:template match="f:anschrift" mode="feld"><xsl:apply-templates select="*" mode="feld"/></xsl:template>
  <xsl:template match="f:familienname" mode="feld"><family_name><xsl:value-of select="."/></family_name></xsl:template>
  <xsl:template match="f:vornamen" mode="feld"><given_names><xsl:value-of select="."/></given_names></xsl:template>
  <xsl:template match="f:geburtsdatum" mode="feld"><birth_date><xsl:value-of select="."/></birth_date></xsl:template>
  <xsl:template match="f:geschlecht" mode="feld"><sex><xsl:value-of select="."/></sex></xsl:template>
  <xsl:template match="f:geburtsort" mode="feld"><birth_place><xsl:value-of select="."/></birth_place></xsl:template>
  <xsl:template match="f:geburtsstaat" mode="feld"><birth_country><xsl:value-of select="."/></birth_country></xsl:template>
  <xsl:template match="f:staatsangehoerigkeit" mode="feld"><nationality><xsl:value-of select="."/></nationality></xsl:template>
  <xsl:template match="f:aufenthaltstitel" mode="feld"><residence_title><xsl:value-of select="."/></residence_title></xsl:template>
  <xsl:template match="f:aufenthaltBis" mode="feld"><residence_until><xsl:value-of select="."/></residence_until></xsl:template>
  <xsl:template match="f:strasse" mode="feld"><street><xsl:value-of select="."/></street></xsl:template>
  <xsl:template match="f:hausnummer" mode="feld"><house_number><xsl:value-of select="."/></house_number></xsl:template>
  <xsl:template match="f:postleitzahl" mode="feld"><postal_code><xsl:value-of select="."/></postal_code></xsl:template>
  <xsl:template match="f:ort" mode="feld"><city><xsl:value-of select="."/></city></xsl:template>
  <xsl:template match="f:sachbearbeitung">
    <clerk type="object">
      <id><xsl:value-of select="f:kennung"/></id>
      <name><xsl:value-of select="f:name"/></name>
      <phone><xsl:value-of select="f:telefon"/></phone>
    </clerk>
  </xsl:template>
</xsl:stylesheet>
