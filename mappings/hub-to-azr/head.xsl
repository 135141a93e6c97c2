<?xml version="1.0" encoding="UTF-8"?>
<!-- Head of every message to the register (XAusländer 26.11): who writes, to whom, for whom. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611">
  <xsl:output method="xml" encoding="UTF-8"/>

  <!-- The register as reader. Not confirmed by the BVA for these messages: change it here when it is. -->
  <xsl:variable name="register-kennung">dbs:490030020000</xsl:variable>
  <xsl:variable name="register-name">Bundesverwaltungsamt - Ausländerzentralregister</xsl:variable>
  <xsl:variable name="context" select="/records/context"/>

  <xsl:template name="root-attributes">
    <xsl:attribute name="produkt">aktenhub</xsl:attribute>
    <xsl:attribute name="produkthersteller">aktenhub</xsl:attribute>
    <xsl:attribute name="standard">XAusländer</xsl:attribute>
    <xsl:attribute name="version">26.11</xsl:attribute>
  </xsl:template>

  <xsl:template name="head">
    <xsl:param name="type"/>
    <!-- The schema lets empty names pass; the register refuses them. -->
    <xsl:if test="not(string(clerk)) or not(string($context/dvdv))">
      <xsl:message terminate="yes">clerk or dvdv is missing</xsl:message>
    </xsl:if>
    <nachrichtenkopf.g2g>
      <identifikation.nachricht>
        <nachrichtenUUID><xsl:value-of select="$context/message_uuid"/></nachrichtenUUID>
        <nachrichtentyp listURI="urn:de:xauslaender:codelist:nachrichtentyp" listVersionID="19">
          <code><xsl:value-of select="$type"/></code>
        </nachrichtentyp>
        <erstellungszeitpunkt><xsl:value-of select="$context/created_at"/></erstellungszeitpunkt>
      </identifikation.nachricht>
      <leser>
        <xsl:call-template name="directory"/>
        <kennung><xsl:value-of select="$register-kennung"/></kennung>
        <name><xsl:value-of select="$register-name"/></name>
      </leser>
      <autor>
        <xsl:call-template name="directory"/>
        <kennung><xsl:value-of select="$context/dvdv"/></kennung>
        <name><xsl:value-of select="$context/tenant_name"/></name>
        <erreichbarkeit>
          <kanal listURI="urn:de:xoev:codeliste:erreichbarkeit" listVersionID="3"><code>01</code></kanal>
          <kennung><xsl:value-of select="$context/email"/></kennung>
        </erreichbarkeit>
      </autor>
    </nachrichtenkopf.g2g>
    <anschrift.autor>
      <gebaeude>
        <xsl:call-template name="house-number"/>
        <postleitzahl><xsl:value-of select="$context/postal_code"/></postleitzahl>
        <strasse><xsl:value-of select="$context/street"/></strasse>
        <wohnort><xsl:value-of select="$context/city"/></wohnort>
      </gebaeude>
    </anschrift.autor>
    <!-- § 13 AZRG: the register logs a natural person. -->
    <xa:durchfuehrenderSachbearbeiter><xsl:value-of select="clerk"/></xa:durchfuehrenderSachbearbeiter>
    <xa:durchfuehrendeBehoerde><xsl:value-of select="$context/authority"/></xa:durchfuehrendeBehoerde>
  </xsl:template>

  <xsl:template name="directory">
    <verzeichnisdienst listURI="urn:xoev-de:kosit:codeliste:verzeichnisdienst" listVersionID="3"><code>DVDV</code></verzeichnisdienst>
  </xsl:template>

  <!-- „12a“ is number 12 with the suffix „a“; „12-14“ is written „12“ with „/14“. -->
  <xsl:template name="house-number">
    <xsl:variable name="whole" select="normalize-space($context/house_number)"/>
    <xsl:variable name="first" select="substring(translate($whole, '0123456789 ', ''), 1, 1)"/>
    <xsl:choose>
      <xsl:when test="$first = ''">
        <hausnummer><xsl:value-of select="$whole"/></hausnummer>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="number" select="normalize-space(substring-before($whole, $first))"/>
        <xsl:if test="$number != ''"><hausnummer><xsl:value-of select="$number"/></hausnummer></xsl:if>
        <hausnummerBuchstabeZusatzziffer>
          <xsl:value-of select="translate(concat($first, substring-after($whole, $first)), '-', '/')"/>
        </hausnummerBuchstabeZusatzziffer>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
