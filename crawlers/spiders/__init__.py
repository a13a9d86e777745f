"""The Scrapy spiders, and the sink that receives what they collect."""
