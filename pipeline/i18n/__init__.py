"""Messages in the reader's language: gettext catalogues, and the language of a run or request."""
