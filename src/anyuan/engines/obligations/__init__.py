"""Obligations: rules of a policy pack become dated duties; records meet them; the late are told.

`packs` reads policy as data, `intake` drafts a pack from a work-points document.
"""
