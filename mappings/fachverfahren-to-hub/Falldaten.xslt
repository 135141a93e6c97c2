<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:aktenhub:fachverfahren:1" exclude-result-prefixes="f">
  <!-- Falldaten des Fachverfahrens in den Datensatz „Falldaten“. -->
  <xsl:include href="personen.xsl"/>
  <xsl:template match="/f:falldaten">
    <records>
      <record kind="Falldaten">
        <business_id><xsl:value-of select="f:nachrichtennummer"/></business_id>
        <case_id><xsl:value-of select="f:fallnummer"/></case_id>
        <as_of><xsl:value-of select="f:stand"/></as_of>
        <child type="object">
          <xsl:apply-templates select="f:kind/*" mode="feld"/>
        </child>
        <carer type="object">
          <xsl:apply-templates select="f:betreuenderElternteil/*" mode="feld"/>
        </carer>
        <xsl:if test="f:andererElternteil">
          <other_parent type="object">
            <xsl:apply-templates select="f:andererElternteil/*" mode="feld"/>
          </other_parent>
        </xsl:if>
        <bank type="object">
          <iban><xsl:value-of select="f:bankverbindung/f:iban"/></iban>
          <holder><xsl:value-of select="f:bankverbindung/f:inhaber"/></holder>
        </bank>
        <xsl:apply-templates select="f:sachbearbeitung"/>
      </record>
    </records>
  </xsl:template>
</xsl:stylesheet>
