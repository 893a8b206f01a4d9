"""Registers 台账 of people and things: list, form, detail, expiry dates, Excel in and out, labels, API.

A domain declares a `Ledger` in its `ledgers.py` (see docs/howto-add-a-ledger.md); its model is a `LedgerRow`.
Words: a *row* is one person or thing of a unit, on an anchor record; its *key* are the columns by which an
import recognises it; it is *active* 在册 until it is taken off 移出, and stays readable after that.
"""
