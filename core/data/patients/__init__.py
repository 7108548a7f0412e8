"""Patients: their names across tables, their outcome, and who belongs to a cohort.

Not for: expression values.
"""
