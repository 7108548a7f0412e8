"""Results into workbooks, methods text and reports. Not for computing anything."""
