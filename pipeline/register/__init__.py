"""The register of matters that the press raised: records, steps, working days, deadlines, units, what answers did."""
