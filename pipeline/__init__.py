"""Documents → what they say about the province. Pure functions over records: no network, no disk, no clock."""
