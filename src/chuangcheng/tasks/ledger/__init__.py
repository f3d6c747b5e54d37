"""A unit's ledger as a workbook: it goes out, is worked on in a spreadsheet, and comes back row by row.

Two hidden columns tell what a row is and what it said when it went out, cell by cell as keyed digests; so a cell that
was changed is told from one that was not, whoever moved it where, and from one that was changed here meanwhile.
"""
