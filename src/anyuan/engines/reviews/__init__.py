"""Review in several levels: a numbered version is submitted, signed stage by stage, returned with
comments at places in its text, withdrawn, or published. It knows no domain: a domain declares its kinds
in `reviews.py`.
"""
