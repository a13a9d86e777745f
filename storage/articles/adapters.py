"""Articles and tags as the JSON columns hold them."""

from pydantic import TypeAdapter

from pipeline.records import Article, Tags

ARTICLE = TypeAdapter(Article)
TAGS = TypeAdapter(Tags)
