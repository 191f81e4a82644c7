"""Pages for colleagues: websites, forms, what was sent by them."""
