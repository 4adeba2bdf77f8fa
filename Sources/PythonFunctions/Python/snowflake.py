"""What Snowflake's handlers import: `vectorized`, which says that a handler takes a frame of many rows."""


def vectorized(input, max_batch_size=None, flatten_object_input=False):
    """Mark a handler whose input is a pandas.DataFrame, as Snowflake's decorator does."""

    def mark(handler):
        handler._sf_vectorized_input = input
        if max_batch_size:
            handler._sf_max_batch_size = max_batch_size
        return handler

    return mark
