"""What both query languages are read with: tokens from left to right, and the error of what cannot be read."""


class QueryError(Exception):
    """What the query says cannot be understood, or nobody could answer it."""


class Tokens:
    """The tokens of a query as (kind, text). `alike` is how words are compared."""

    def __init__(self, found, alike=str):
        self.tokens = found
        self.at = 0
        self.alike = alike

    def peek(self, *texts):
        """The next token's text if it is one of these, none of which was quoted."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        return self.alike(text) if kind in ("sign", "name") and self.alike(text) in texts else None

    def take(self, *texts):
        found = self.peek(*texts)
        self.at += found is not None
        return found

    def expect(self, *texts):
        return self.take(*texts) or self.fail(f"expected one of {texts}")

    def fail(self, why):
        rest = " ".join(text for _, text in self.tokens[self.at:][:6])
        raise QueryError(f"{why}, at `{rest}`")
