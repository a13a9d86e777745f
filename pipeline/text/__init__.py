"""Text: normalisation, Unicode scripts, words, languages, old encodings, addresses."""
