"""The leanest shop that can be published, sold from and sent from; benchmarks of live rooms use it as well."""

SHOP = """format: 1
name: Tea
url: https://tea.example.com
country: SG
locale: en
currency: SGD
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
home: []
delivery:
  - {id: post, name: Post, kind: courier, rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 10}}]}}
payment: [{gateway: rehearsal}]
"""
