"""Bytes of feeds, sitemaps, section pages and search results → entries."""
