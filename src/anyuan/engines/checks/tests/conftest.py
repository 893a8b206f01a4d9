"""Fixtures of assigned checks for every test here."""

from anyuan.engines.checks.tests.sending import checker, given_to, near, version

__all__ = ["checker", "given_to", "near", "version"]
