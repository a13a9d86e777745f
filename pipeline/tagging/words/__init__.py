"""What single words of a text tell beside its topics: its tone, names, grave news."""
