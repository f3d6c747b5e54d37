"""An index of pairs of Chinese characters beside rows of any room: words of two characters are found without reading
every row.

It only narrows; a row's own text decides, so both databases give the same answer and a stale entry changes only how
fast it comes. SQLite holds an FTS5 table without positions, PostgreSQL a ``tsvector`` under GIN; Django has no model of
either (the rooms' migrations make them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from chuangcheng.kernel.text import bigrams

#: A word in more rows than this is not looked up: the newest rows hold enough of it.
MOST_KEYS = 2_000


def words_of(text: str) -> list[str]:
    """What somebody typed, as the words that must all be there."""
    return text.replace("\0", "").split()


def of_text(text: str) -> list[str]:
    """The pairs in it, each once; other words may stand anywhere within a longer one, which no index tells."""
    return sorted({token for token in bigrams(text) if len(token) == 2 and not token.isascii()})


def of_words(words: Iterable[str]) -> list[str]:
    """The pairs that a row must hold to hold every one of the words."""
    return sorted({pair for word in words for pair in of_text(word)})


def holding(word: str, fields: Iterable[str]) -> Q:
    """Rows with the word in one of the fields, whichever case it was typed in."""
    # Chinese knows no case, and not to fold it makes reading a row several times quicker.
    way = "icontains" if word.upper() != word.lower() else "contains"
    inside = Q()
    for field in fields:
        inside |= Q(**{f"{field}__{way}": word})
    return inside


@dataclass(frozen=True, slots=True)
class Index:
    """One table of entries: an integer key and the pairs of its row. All that differs between the two databases stands
    here and in the migration that made the table. ``contentless``: SQLite's holds no pairs to read back."""

    table: str
    contentless: bool = False

    @property
    def _key(self) -> str:
        return "rowid" if connection.vendor == "sqlite" else "key"

    def matching(self, pairs: Sequence[str]) -> list[int] | None:
        """The keys of the entries that hold all pairs; None for more than :data:`MOST_KEYS`."""
        if connection.vendor == "sqlite":
            wanted, holds = " AND ".join(f'"{pair}"' for pair in pairs), f"{self.table} MATCH %s"
        else:
            wanted, holds = " & ".join(f"'{pair}'" for pair in pairs), "tokens @@ %s::tsquery"
        found = self._read(f"WHERE {holds} LIMIT %s", [wanted, MOST_KEYS + 1])
        return None if len(found) > MOST_KEYS else found

    def newest(self) -> int | None:
        """The greatest key, if any."""
        return next(iter(self._read(f"ORDER BY {self._key} DESC LIMIT 1")), None)

    def keys(self) -> set[int]:
        """Every key."""
        return set(self._read())

    def known(self, keys: Collection[int]) -> set[int]:
        """Those of the keys that have an entry."""
        holes = ", ".join(["%s"] * len(keys))
        return set(self._read(f"WHERE {self._key} IN ({holes})", list(keys))) if keys else set()

    def _read(self, which: str = "", values: Sequence[str | int] = ()) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self._key} FROM {self.table} {which}", list(values))  # noqa: S608
            return [key for (key,) in cursor.fetchall()]

    def put(self, entries: Mapping[int, Sequence[str]]) -> int:
        """Write the pairs of keys that have no entry yet, in the caller's transaction; how many were new."""
        known = self.known(entries)
        fresh = {key: pairs for key, pairs in entries.items() if key not in known}
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                sql = f"INSERT INTO {self.table}(rowid, tokens) VALUES (%s, %s)"  # noqa: S608
                cursor.executemany(sql, [(key, " ".join(pairs)) for key, pairs in fresh.items()])
            else:
                sql = f"INSERT INTO {self.table} VALUES (%s, array_to_tsvector(%s)) ON CONFLICT DO NOTHING"  # noqa: S608
                cursor.executemany(sql, [(key, list(pairs)) for key, pairs in fresh.items()])
        return len(fresh)

    def forget(self, entries: Mapping[int, Sequence[str]]) -> None:
        """Take entries out. A contentless one must be told the very pairs that it was written with."""
        known = self.known(entries)
        with connection.cursor() as cursor:
            if self.contentless and connection.vendor == "sqlite":
                sql = f"INSERT INTO {self.table}({self.table}, rowid, tokens) VALUES ('delete', %s, %s)"  # noqa: S608
                cursor.executemany(sql, [(key, " ".join(entries[key])) for key in sorted(known)])
            else:
                sql = f"DELETE FROM {self.table} WHERE {self._key} = %s"  # noqa: S608
                cursor.executemany(sql, [(key,) for key in sorted(known)])

    def empty(self) -> None:
        """Take every entry out."""
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute(f"TRUNCATE {self.table}")
            elif self.contentless:
                cursor.execute(f"INSERT INTO {self.table}({self.table}) VALUES ('delete-all')")  # noqa: S608
            else:
                cursor.execute(f"DELETE FROM {self.table}")  # noqa: S608
