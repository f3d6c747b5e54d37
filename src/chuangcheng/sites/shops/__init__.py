"""Shops under front-door responsibility 门前三包."""
