"""In what words it is told: denied, planned, as the opposite, or with another cause than in the quotes. Pure."""
