"""Everything between a request and its response: politeness, safety, decompression, reasons of failure."""
