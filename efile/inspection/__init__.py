"""Inspection of files (*Akteneinsicht*, § 25 SGB X): a copy without what others must not read.

The copy is made anew, never covered up, and nothing leaves before it was proven to hold none of
the redacted words. Whatever parses foreign bytes here runs in a limited child only.
"""
