"""安园 Anyuan: a city's school safety, from the year's points to each school's every deed."""
