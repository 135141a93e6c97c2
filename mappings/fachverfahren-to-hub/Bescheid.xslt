<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Bescheid des Fachverfahrens in den Datensatz „Bescheid“; Beträge werden zu Cent. -->
  <xsl:include href="personen.xsl"/>
  <xsl:template match="/f:bescheid">
    <records>
      <record kind="Bescheid">
        <business_id><xsl:value-of select="f:nachrichtennummer"/></business_id>
        <case_id><xsl:value-of select="f:fallnummer"/></case_id>
        <notice_id><xsl:value-of select="f:bescheidnummer"/></notice_id>
        <notice_kind><xsl:value-of select="f:bescheidart"/></notice_kind>
        <notice_date><xsl:value-of select="f:bescheiddatum"/></notice_date>
        <periods type="list"><xsl:apply-templates select="f:zeitraum"/></periods>
        <xsl:apply-templates select="f:rueckforderung"/>
        <reasons type="list">
          <xsl:for-each select="f:begruendung/f:absatz"><item><xsl:value-of select="."/></item></xsl:for-each>
        </reasons>
        <xsl:apply-templates select="f:sachbearbeitung"/>
      </record>
    </records>
  </xsl:template>
  <xsl:template match="f:zeitraum">
    <item type="object">
      <begin><xsl:value-of select="f:beginn"/></begin>
      <end><xsl:value-of select="f:ende"/></end>
      <minimum_maintenance_cents type="money"><xsl:value-of select="f:mindestunterhalt"/></minimum_maintenance_cents>
      <child_benefit_cents type="money"><xsl:value-of select="f:kindergeld"/></child_benefit_cents>
      <other_offset_cents type="money"><xsl:value-of select="f:sonstigeAnrechnung"/></other_offset_cents>
      <amount_cents type="money"><xsl:value-of select="f:betrag"/></amount_cents>
    </item>
  </xsl:template>
  <xsl:template match="f:rueckforderung">
    <reclaim type="object">
      <amount_cents type="money"><xsl:value-of select="f:betrag"/></amount_cents>
      <due_date><xsl:value-of select="f:faelligkeit"/></due_date>
      <debtor>
        <xsl:choose>
          <xsl:when test="f:schuldner = 'kind'">child</xsl:when>
          <xsl:otherwise>carer</xsl:otherwise>
        </xsl:choose>
      </debtor>
      <legal_basis><xsl:value-of select="f:rechtsgrundlage"/></legal_basis>
      <period_begin><xsl:value-of select="f:zeitraumBeginn"/></period_begin>
      <period_end><xsl:value-of select="f:zeitraumEnde"/></period_end>
    </reclaim>
  </xsl:template>
</xsl:stylesheet>
