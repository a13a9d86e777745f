"""The brief of a day: one page, of which the digest is the annex."""
