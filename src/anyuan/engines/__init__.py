"""Machinery that knows no domain; domains declare themselves to it."""
