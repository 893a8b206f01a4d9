"""Indicators: a numerator and a denominator for each unit and month, rolled up along the tree.

Every rule gives its rate for nothing (`rule:<key>`), every point the sum of its rules (`point:<n>`, and
`point:0` for all). Domains declare theirs in `indicators.py`. The rate of a rule leaves out what is not
due yet: done ÷ (done + overdue).
"""
