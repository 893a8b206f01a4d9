"""Closed loops: a thing that was found goes from state to state until it is closed.

A domain declares a `Loop` in its `loops.py`: states, transitions, who may, what is asked. This engine
keeps the case (state, due day, version), the steps (written once), the deadlines and their escalation.
"""
