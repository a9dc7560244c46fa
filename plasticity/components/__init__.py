"""What an author writes against: components, settings, variables, rules, data and clocks."""
