"""One module per question of the biologist. Not for reading files or writing them."""
