"""One module for each thing that diembao does on demand or on schedule; no printing, no option parsing."""
