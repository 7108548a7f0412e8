"""Cell lines: their names across tables. Not for: patients, or values."""
