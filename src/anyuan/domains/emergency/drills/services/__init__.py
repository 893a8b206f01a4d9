"""Every write of drills: planning and holding, programmes, the run sheet, evaluation and report, visits."""
