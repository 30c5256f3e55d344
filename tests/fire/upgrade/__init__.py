"""The last release at work on the new schema, beside the new code: the hour in which hosts are
renewed one by one.
"""
