"""The pages of the rail, one module each. Not for: the window around them or widgets that several pages share."""
