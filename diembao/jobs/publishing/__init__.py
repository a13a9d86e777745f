"""From items to what leaves the house: digest, report, their publication and dispatch; no printing."""
