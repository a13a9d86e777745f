"""The audit: entries appended to a hash chain, read by filters, and verified."""
