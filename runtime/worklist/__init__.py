"""What waits for the merchant, across all rooms of the shop: lists to work through, and the figures of the day.

``searching`` finds orders by what a person types and by where they stand, ``today`` counts what has to be done,
``takings`` sums what came in by day, ``sheets`` writes orders for a spreadsheet, ``notes`` keeps what the merchant's
people write at an order.
"""
