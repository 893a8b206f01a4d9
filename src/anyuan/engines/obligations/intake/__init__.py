"""Intake: a work-points document in Chinese (.txt, .docx) becomes a draft of a policy pack.

`documents` reads the file into lines, `outline` finds sections and points, `phrases` finds times,
frequencies and actors as proposals with their evidence, `read` puts them together, `draft` writes
the YAML files that a person finishes. Nothing is proposed that the text does not say.
"""
