"""What is told of what: who did it to whom and where, and whose the number is. Pure."""
