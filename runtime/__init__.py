"""The living part of a shop: till, orders, stock, payments and the pages that answer a shopper."""
