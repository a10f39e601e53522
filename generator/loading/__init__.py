"""Checked documents become values: texts in every locale, money in minor units, weights in grams, times in UTC."""
