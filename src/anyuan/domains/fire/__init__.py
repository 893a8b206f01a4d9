"""Point 7, fire: the registers of fire equipment 消防器材 and of the micro fire station's members 微型消防站队员."""
