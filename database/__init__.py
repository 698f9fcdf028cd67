"""The one database of the product: its address, its transactions, its common columns and its migrations.

Every room keeps tables of its own on top of `database.base`; this package knows none of them but in its migrations.
"""
