"""The pages that every entity gets from its declaration: list, record, form, fields of the site."""
