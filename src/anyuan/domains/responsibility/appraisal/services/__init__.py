"""Every write of an appraisal: schemes, rounds, scores, objections."""
