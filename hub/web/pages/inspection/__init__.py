"""Inspection of files (*Akteneinsicht*, § 25 SGB X): prepared by one, approved by another."""
