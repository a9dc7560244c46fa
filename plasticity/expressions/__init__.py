"""Formulas given as strings, and their values for arrays with named dimensions."""
