"""The periodic report: counting, figures, charts, document."""
