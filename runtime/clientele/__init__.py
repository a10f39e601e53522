"""THE CUSTOMERS: who bought here, what is known of them, and how they are forgotten.

``index.catch_up`` gives every order to a customer; ``searching`` finds them, ``reading`` tells about one, ``writing``
notes, consent and membership; ``records`` is everything about a person for a person who asks, ``erasing`` forgets
them as far as the law lets; ``masking`` hides contacts from those who need not see them.

A customer is known by the hashes of runtime.customers. Two orders with the same e-mail address are one customer's, two
with the same phone number as well; where an order names the e-mail address of one customer and the phone number of
another, it is that of the e-mail address and nobody is merged: a form that a stranger fills in joins no two people.
"""

from runtime.clientele.index import catch_up

__all__ = ["catch_up"]
