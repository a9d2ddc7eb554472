"""The report of a study: sections of plain data with their charts, one document of results, one page."""
