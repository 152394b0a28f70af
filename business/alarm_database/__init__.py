"""The master alarm database: every alarm of the site with why it is there, out to Excel and back."""
