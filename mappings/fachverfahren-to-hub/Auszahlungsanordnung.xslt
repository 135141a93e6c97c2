<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Auszahlungsanordnung des Fachverfahrens in den Datensatz „Auszahlungsanordnung“ (eingehend). -->
  <xsl:include href="anordnungen.xsl"/>
  <xsl:template match="/f:auszahlungsanordnung">
    <records>
      <record kind="Auszahlungsanordnung">
        <xsl:call-template name="kopf"/>
        <mode>
          <xsl:choose>
            <xsl:when test="f:zahlungsart = 'laufend'">standing</xsl:when>
            <xsl:otherwise>once</xsl:otherwise>
          </xsl:choose>
        </mode>
        <begin><xsl:value-of select="f:beginn"/></begin>
        <end><xsl:value-of select="f:ende"/></end>
        <payee type="object">
          <holder><xsl:value-of select="f:empfaenger/f:inhaber"/></holder>
          <iban><xsl:value-of select="f:empfaenger/f:iban"/></iban>
        </payee>
        <purpose><xsl:value-of select="f:verwendungszweck"/></purpose>
        <xsl:call-template name="schluss"/>
      </record>
    </records>
  </xsl:template>
</xsl:stylesheet>
