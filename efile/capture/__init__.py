"""What foreign bytes are, what they bring along and what they say.

Types are told from contents. Whatever parses foreign bytes here runs in a limited child only.
"""
