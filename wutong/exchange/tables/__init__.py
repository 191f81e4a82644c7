"""Files of rows, as colleagues have them: what they are, and their rows in one form."""
