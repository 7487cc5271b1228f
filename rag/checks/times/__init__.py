"""When it was: years, months and days, of the event that is told, and of the one that is asked for. Pure."""
