"""Arrays in, arrays out: survival, cut-offs, resampling. Not for files, genes or words."""
