"""Ways into the house: with a password kept here, or through the identity provider."""
