"""CAP 1.2, the Common Alerting Protocol: reading safely, writing, and nothing of schools."""
