"""Sign-in through the operator's identity provider: OpenID Connect, code flow with PKCE."""
