<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Annahmeanordnung des Fachverfahrens in den Datensatz „Annahmeanordnung“ (eingehend). -->
  <xsl:include href="anordnungen.xsl"/>
  <xsl:template match="/f:annahmeanordnung">
    <records>
      <record kind="Annahmeanordnung">
        <xsl:call-template name="kopf"/>
        <claim>
          <xsl:choose>
            <xsl:when test="f:anspruch = 'rueckgriff'">recourse</xsl:when>
            <xsl:otherwise>reclaim</xsl:otherwise>
          </xsl:choose>
        </claim>
        <legal_basis><xsl:value-of select="f:rechtsgrundlage"/></legal_basis>
        <due_date><xsl:value-of select="f:faelligkeit"/></due_date>
        <period_begin><xsl:value-of select="f:zeitraumBeginn"/></period_begin>
        <period_end><xsl:value-of select="f:zeitraumEnde"/></period_end>
        <debtor type="object"><xsl:apply-templates select="f:schuldner/*" mode="feld"/></debtor>
        <xsl:call-template name="schluss"/>
      </record>
    </records>
  </xsl:template>
</xsl:stylesheet>
