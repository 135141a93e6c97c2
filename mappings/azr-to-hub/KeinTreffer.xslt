<?xml version="1.0" encoding="UTF-8"?>
<!-- 090002 to KeinTreffer: nothing but the fact. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:xa="http://www.osci.de/xauslaender2611" exclude-result-prefixes="xa">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/xa:VonAZR.AZRKeinTreffer.090002">
    <records><record kind="KeinTreffer"/></records>
  </xsl:template>
</xsl:stylesheet>
