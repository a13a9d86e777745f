"""Articles and tags as the JSON columns hold them."""

from pipeline.records import Article, Tags
from storage.engine.json_records import JsonRecord

ARTICLE = JsonRecord(Article)
TAGS = JsonRecord(Tags)
