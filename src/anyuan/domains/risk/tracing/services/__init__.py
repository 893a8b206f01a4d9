"""Writing traces: `opening` (start, panel, freezing the evidence), `deciding` (findings to the end)."""
