"""Checks: checklists as versioned data, inspections by the school, its district or the city, findings.

A published version never changes; an inspection keeps the version it was made with. An answer that
fails raises `finding.raised`, which opens a hazard with the item's words, photo and place.
"""
