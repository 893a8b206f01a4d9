"""Messages to people, what stands beside every record, and printed documents.

Messages are told to posts (`services.tell`): whoever holds the role at the unit today gets one. Beside a
record stand its files, remarks and history (`sides`, `record_tags`); official papers are written once and made as Word
and PDF in `papers`, lists and other documents in `printing`.
"""
