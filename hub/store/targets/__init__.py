"""Partners reached over the network: their breakers, and the claims that heed them."""
