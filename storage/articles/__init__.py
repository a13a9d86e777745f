"""Items, their versions and taggings, and people's decisions."""
