"""The shell: layout, components, first pages, boards, map, static files."""
