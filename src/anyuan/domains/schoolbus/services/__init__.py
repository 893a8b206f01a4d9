"""Every write of the school buses, by what it is about."""
