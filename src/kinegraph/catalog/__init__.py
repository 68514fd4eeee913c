"""Lists of exercises: filters, sort orders, pages and facets, over stored columns.

`library` uses the same filters, orders and facets over effective columns: a condition refers to a column by name, and
its caller gives the SQL expression of each column (`store_filters.Columns`).
"""
