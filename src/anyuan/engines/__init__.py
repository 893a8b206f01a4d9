"""Machinery that knows no domain: obligations, checks, cases, ledgers and the rest."""
