"""Point 4: risks graded and controlled, looked at from outside, and traced back after an incident.

Small apps: `points` (risk points, controls, the four-colour map), `assessments` (third parties),
`tracing` (责任倒查).
"""
