"""The register of what the press raised → weekly and overdue lists, yearly figures, figures of any span, tables."""
