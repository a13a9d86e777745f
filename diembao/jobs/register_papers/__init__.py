"""The register as papers and tables: lists, yearly figures and dossiers as DOCX and PDF, rows of the exports."""
