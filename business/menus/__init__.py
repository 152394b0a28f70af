"""Menus: what an administrator makes of the navigation (A02). Permission always wins over the menu."""
