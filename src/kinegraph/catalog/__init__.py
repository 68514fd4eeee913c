"""Lists of exercises: filters, sort orders, pages and facets, over stored columns.

`library` uses the same filters, orders and facets over effective columns: a condition names a column, and its caller
says which SQL stands for it (`store_filters.Columns`).
"""
