"""Vietnamese and other text: normalisation, words, languages, addresses."""
