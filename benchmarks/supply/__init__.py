"""What the product is made of: the locks, their licences, the bill of materials."""
