"""Periodic reports: the figures of a span, its stories and the events that the press at home and abroad takes up."""
