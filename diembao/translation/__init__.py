"""Engines that translate: a server of the office or a model in a folder, asked for one text at a time."""
