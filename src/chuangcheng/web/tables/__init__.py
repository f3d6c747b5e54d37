"""Listings: declared once as columns and filters; they sort, page by key, count with a cap and export."""

from chuangcheng.web.tables.columns import Choice, Column, Filter
from chuangcheng.web.tables.listing import Listing, Slice
from chuangcheng.web.tables.offered import offer

__all__ = ["Choice", "Column", "Filter", "Listing", "Slice", "offer"]
