"""One collection for several provinces: what the others take over of it."""
