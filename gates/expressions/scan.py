"""One pass over a rule: what it reads, what it may not do, and its text with doubles only."""

from __future__ import annotations

from dataclasses import dataclass, field

from gates.expressions.names import ITEM, RESERVED, ROOTS, Path, Roots, meant
from gates.expressions.tokens import ExpressionError, Token, tokens_of

MAX_DEPTH = 20
LITERALS = frozenset({"true", "false", "null", "in"})
LOOPS = frozenset({"all", "exists", "exists_one", "filter"})
FUNCTIONS = frozenset({"has", "size", "double", "string", "timestamp", "duration"})
METHODS = frozenset({"contains", "startsWith", "endsWith"}) | frozenset(
    {"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"}
    | {"getHours", "getMinutes", "getSeconds"}
)
_INSTEAD = {
    "matches": "regular expressions are not available; use startsWith, endsWith, contains or ==",
    "map": "map is not available; use all, exists, exists_one or filter",
    "int": "int() is not available: every number is a decimal",
    "uint": "uint() is not available: every number is a decimal",
    "%": "% is not available: every number is a decimal",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that a rule reads: `bound` by a loop variable, `nullable` to compare with null."""

    path: Path
    in_loop: bool
    bound: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """A rule that keeps the limits. `text` is for the library; `literals` bounds the elements that
    are written out, `filters` counts the loops that copy, and `joins` tells if lists may grow.
    """

    text: str
    references: tuple[Reference, ...]
    literals: int
    filters: int
    joins: bool


@dataclass(slots=True)
class _Bracket:
    """An open bracket. Integers in an `index` stay so; a loop's variable stands for `items`."""

    opened: str
    closing: str
    index: bool
    variable: str = ""
    items: Path | None = None
    filters: bool = False


def scan(text: str, roots: Roots = ROOTS) -> Scan:
    """Read a rule. Raises ExpressionError if it breaks a limit or uses what rules do not have."""
    return _Scanner(tokens_of(text), roots).run()


@dataclass(slots=True)
class _Scanner:
    tokens: list[Token]
    roots: Roots
    at: int = 0
    out: list[str] = field(default_factory=list)
    brackets: list[_Bracket] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    literals: int = 1
    receiver: tuple[int, Path | None] = (-1, None)
    """Where a value just ended that a loop may run over, and its path."""

    def run(self) -> Scan:
        steps = {"name": self._name, "number": self._number, "text": self._text, "sign": self._sign}
        while self._here.kind != "end":
            steps[self._here.kind]()
        if self.brackets:
            raise ExpressionError(f"“{self.brackets[-1].opened}” is never closed")
        return Scan(
            text=" ".join(self.out),
            references=tuple(self.references),
            literals=self.literals,
            filters=self.out.count("filter"),
            joins="+" in self.out,
        )

    @property
    def _here(self) -> Token:
        return self.tokens[self.at]

    @property
    def _before(self) -> Token:
        return self.tokens[self.at - 1] if self.at else Token("start", "", 0)

    def _ahead(self, *kinds: str) -> bool:
        """True if the next tokens are these: a kind of token, or the sign or word itself."""
        ahead = self.tokens[self.at : self.at + len(kinds)]
        return len(ahead) == len(kinds) and all(
            kind in (token.kind, token.text) for kind, token in zip(kinds, ahead, strict=True)
        )

    def _take(self, count: int = 1) -> None:
        self.out += [token.text for token in self.tokens[self.at : self.at + count]]
        self.at += count

    def _refuse(self, message: str) -> ExpressionError:
        return ExpressionError(f"column {self._here.column}: {message}")

    # --- one kind of token each

    def _number(self) -> None:
        number = self._here.text
        if number[-1] in "uU":
            raise self._refuse("unsigned numbers are not available: every number is a decimal")
        self.out.append(number if self._in_index else _double(number))
        self.at += 1

    def _text(self) -> None:
        if self._before.kind == "text":
            raise self._refuse("triple-quoted text is not available")
        self._take()

    def _sign(self) -> None:
        sign = self._here.text
        if sign in _INSTEAD:
            raise self._refuse(_INSTEAD[sign])
        if sign == "." and not self._after_value:
            raise self._refuse("a value is missing before “.”")
        if sign in "([{":
            self._open(sign)
        elif sign in ")]}":
            self._close(sign)
        else:
            self.literals += sign == ","
            self._take()

    def _name(self) -> None:
        name, called = self._here.text, self._ahead("name", "(")
        if self._before.text == ".":
            self._method(name) if called else self._take()
        elif name in LITERALS:
            self._take()
        elif called:
            self._function(name)
        else:
            self._reference(name)

    # --- brackets

    @property
    def _in_index(self) -> bool:
        return bool(self.brackets) and self.brackets[-1].index

    @property
    def _loop(self) -> _Bracket | None:
        return next((bracket for bracket in self.brackets if bracket.variable), None)

    def _push(self, bracket: _Bracket) -> None:
        if len(self.brackets) == MAX_DEPTH:
            raise self._refuse(f"more than {MAX_DEPTH} brackets deep")
        self.brackets.append(bracket)

    @property
    def _after_value(self) -> bool:
        before = self._before
        named = before.kind in {"name", "text"} and before.text not in LITERALS
        return named or before.text in {")", "]", "}"}

    def _open(self, sign: str) -> None:
        if sign == "{" and self._after_value:
            raise self._refuse("messages are not available")
        index = self._in_index or (sign == "[" and self._after_value)
        self._push(_Bracket(sign, {"(": ")", "[": "]", "{": "}"}[sign], index))
        self._take()

    def _close(self, sign: str) -> None:
        if not self.brackets or self.brackets[-1].closing[0] != sign:
            raise self._refuse(f"unexpected “{sign}”")
        bracket = self.brackets.pop()
        self.out.append(bracket.closing)
        self.at += 1
        if bracket.filters and bracket.items:
            self.receiver = self.at, bracket.items[:-1]

    # --- names

    def _function(self, name: str) -> None:
        if name not in FUNCTIONS:
            raise self._unknown(name, FUNCTIONS)
        if name == "size" and not self._in_index:
            self._push(_Bracket("(", "))", index=False))
            self.out.append("double(size(")
            self.at += 2
        else:
            self._take()

    def _method(self, name: str) -> None:
        if name == "size":
            raise self._refuse("write size(x) instead of x.size()")
        if name in LOOPS:
            self._open_loop(name)
        elif name in METHODS:
            self._take()
        else:
            raise self._unknown(name, METHODS | LOOPS)

    def _open_loop(self, name: str) -> None:
        if self._loop:
            raise self._refuse("a loop inside a loop is not available: it could run for minutes")
        if not self._ahead("name", "(", "name", ","):
            raise self._refuse(f"write {name}(item, condition)")
        variable = self.tokens[self.at + 2].text
        if variable in {*(self.roots or ()), *RESERVED}:
            raise self._refuse(f"“{variable}” cannot name an item")
        ended, path = self.receiver
        items = (*path, ITEM) if path and ended == self.at - 1 else None
        self._push(_Bracket("(", ")", self._in_index, variable, items, name == "filter"))
        self._take(4)

    def _unknown(self, name: str, known: frozenset[str]) -> ExpressionError:
        return self._refuse(
            _INSTEAD.get(name) or f"there is no function “{name}”{meant(name, known)}"
        )

    def _reference(self, name: str) -> None:
        loop, start = self._loop, self.at
        bound = loop is not None and loop.variable == name
        if not bound and self.roots is not None and name not in self.roots:
            raise self._refuse(_unread(name, self.roots))
        base: Path | None = loop.items if bound and loop else (name,)
        self._take()
        members = self._members()
        if base is None:
            return
        path = (*base, *members)
        self.references.append(Reference(path, loop is not None, bound, self._against_null(start)))
        self.receiver = self.at, path

    def _members(self) -> Path:
        """The members and indexes written behind a name, as far as they are fixed."""
        path: list[str | int] = []
        while True:
            if self._ahead(".", "name") and not self._ahead(".", "name", "("):
                path.append(self.tokens[self.at + 1].text)
                self._take(2)
            elif self._ahead("[", "text", "]") and "\\" not in self.tokens[self.at + 1].text:
                path.append(self.tokens[self.at + 1].text[1:-1])
                self._take(3)
            elif self._ahead("[", "number", "]"):
                path.append(ITEM)
                self._take(3)
            else:
                return tuple(path)

    def _against_null(self, start: int) -> bool:
        before = [token.text for token in self.tokens[max(start - 2, 0) : start]]
        after = [token.text for token in self.tokens[self.at : self.at + 2]]
        return after in (["==", "null"], ["!=", "null"]) or before in (
            ["null", "=="],
            ["null", "!="],
        )


def _unread(name: str, roots: tuple[str, ...]) -> str:
    *others, last = roots
    known = f"{', '.join(others)} and {last}" if others else last
    return f"“{name}” is not known{meant(name, roots)}; a rule reads {known}"


def _double(number: str) -> str:
    """A whole number as the double it stands for; a decimal stays as it is."""
    if number[:2] in {"0x", "0X"}:
        return f"{int(number, 16)}.0"
    return f"{int(number)}.0" if number.isdigit() else number
