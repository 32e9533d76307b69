"""Captures, labels and data sets, joined to the journal."""
