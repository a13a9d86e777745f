"""The gate: bytes of a page → whether it names the province, before anything is parsed."""
