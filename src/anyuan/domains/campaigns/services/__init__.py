"""Writing campaigns: making and running one, its tasks, the sample drawn, weekly notes, the summary."""
