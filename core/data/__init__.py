"""What the user brings: files read cell by cell, names resolved, tables typed and checked. Not for statistics."""
