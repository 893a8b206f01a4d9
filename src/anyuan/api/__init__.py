"""The JSON API under /api/v1: the same queries and services as the pages, for other systems and phones.

Words: a *caller* is a signed-in person or a token; what it sees and may do is its actor's scope and
permissions, nothing else. Lists are pages with a cursor; refusals are RFC 9457 problems.
"""
