# SPDX-License-Identifier: Apache-2.0
"""What must hold inside a store at any moment. Each statement finds the rows that break its sentence."""

import hashlib
import sqlite3
import struct
import uuid

CREATE, DELETE = 1, 4  # kinds of change

RULES = {
    "a counter counts the resources of its type": """
        SELECT tenant, type FROM (SELECT tenant, type, count(*) AS n FROM resource GROUP BY tenant, type)
            FULL JOIN (SELECT * FROM counter WHERE type > 0) USING (tenant, type)
            WHERE coalesce(n, 0) <> coalesce(count, 0)""",
    "a counter counts the memberships": """
        SELECT tenant FROM (SELECT tenant, count(*) AS n FROM member GROUP BY tenant)
            FULL JOIN (SELECT * FROM counter WHERE type = -2) USING (tenant)
            WHERE coalesce(n, 0) <> coalesce(count, 0)""",
    "a counter counts the inactive people": """
        SELECT tenant FROM (SELECT tenant, count(*) AS n FROM resource
                WHERE type = 1 AND json_extract(document, '$.active') = 0 GROUP BY tenant)
            FULL JOIN (SELECT * FROM counter WHERE type = -1) USING (tenant)
            WHERE coalesce(n, 0) <> coalesce(count, 0)""",
    "a unique value belongs to a resource": """
        SELECT row FROM unique_value AS u WHERE NOT EXISTS
            (SELECT 1 FROM resource AS r WHERE r.row = u.row AND r.tenant = u.tenant)""",
    "a person has one unique name": """
        SELECT row FROM resource AS r WHERE type = 1 AND 1 <>
            (SELECT count(*) FROM unique_value AS u WHERE u.row = r.row AND u.tenant = r.tenant)""",
    "an index row belongs to a resource": """
        SELECT row FROM index_value AS i WHERE NOT EXISTS
            (SELECT 1 FROM resource AS r WHERE r.row = i.row AND r.tenant = i.tenant)""",
    "an externalId belongs to a resource": """
        SELECT row FROM external_id AS e WHERE NOT EXISTS
            (SELECT 1 FROM resource AS r WHERE r.row = e.row AND r.tenant = e.tenant)""",
    "an edge has a group of its tenant": """
        SELECT group_row FROM member AS m WHERE NOT EXISTS
            (SELECT 1 FROM resource AS r WHERE r.row = m.group_row AND r.tenant = m.tenant AND r.type = 2)""",
    "an edge has a member of its tenant, under its id": """
        SELECT member_row FROM member AS m WHERE NOT EXISTS
            (SELECT 1 FROM resource AS r WHERE r.row = m.member_row AND r.tenant = m.tenant AND r.id = m.id)""",
    "the audit has no gaps": """
        SELECT tenant FROM audit GROUP BY tenant HAVING max(sequence) <> count(*) OR min(sequence) <> 1""",
    "the head of the audit is its last row": """
        SELECT h.tenant FROM audit_head AS h LEFT JOIN audit AS a USING (tenant, sequence)
            WHERE a.digest IS NOT h.digest""",
    "no audit row lies behind the head": """
        SELECT a.tenant FROM audit AS a LEFT JOIN audit_head AS h USING (tenant)
            WHERE h.sequence IS NULL OR a.sequence > h.sequence""",
    "an audit row has its detail, unless an erasure says that it went": """
        SELECT a.tenant FROM audit AS a WHERE detail <> 0 AND NOT EXISTS
            (SELECT 1 FROM audit_detail AS d WHERE d.detail = a.detail
                AND d.tenant = a.tenant AND d.sequence = a.sequence)
            AND NOT EXISTS (SELECT 1 FROM audit AS e WHERE e.tenant = a.tenant AND e.kind = 10
                AND e.id = a.id AND e.sequence > a.sequence)""",
    "a token belongs to a source of its tenant": """
        SELECT token FROM token AS t WHERE NOT EXISTS
            (SELECT 1 FROM source AS s WHERE s.tenant = t.tenant AND s.source = t.source)""",
}


def broken_rules(path):
    """Sentences that do not hold in the database file, which nobody else may have open."""
    database = sqlite3.connect(path)
    try:
        broken = (
            [] if database.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["integrity_check"]
        )
        broken += [f"{name}: {rows[:5]}" for name, rows in find_all(database) if rows]
        return broken + broken_chains(database)
    finally:
        database.close()


def find_all(database):
    for name, statement in RULES.items():
        yield name, database.execute(statement).fetchall()


def audited_people(path):
    """How often the audit says that a person was created, and that one was deleted."""
    database = sqlite3.connect(path)
    try:
        counts = dict(database.execute("SELECT kind, count(*) FROM audit WHERE type = 1 GROUP BY kind"))
        return counts.get(CREATE, 0), counts.get(DELETE, 0)
    finally:
        database.close()


def number(value):
    return text(struct.pack(">q", value))


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">Q", len(value)) + value


def id_text(form):
    """The store keeps a UUID as its 16 bytes and any other id as text behind the byte 0xFF."""
    return str(uuid.UUID(bytes=form)) if len(form) == 16 else form[1:].decode()


AUDIT_COLUMNS = """tenant, sequence, time_ms, kind, type, row, id, revision, actor, credential, address,
    request_id, detail, detail_digest, digest"""


def broken_chains(database):
    """Recomputes every digest of the audit, by its definition and not by the code of the server."""
    broken, previous = [], {}
    rows = database.execute(f"SELECT {AUDIT_COLUMNS} FROM audit ORDER BY tenant, sequence").fetchall()
    for *columns, digest in rows:
        tenant, sequence = columns[:2]
        columns[6] = id_text(columns[6])
        parts = [number(value) if isinstance(value, int) else text(value) for value in columns]
        start = b"roster-audit-1" + previous.get(tenant, bytes(32))
        if hashlib.sha256(start + b"".join(parts)).digest() != digest:
            broken.append(f"the audit chain of tenant {tenant} breaks at {sequence}")
        if columns[12] != 0 and detail_digest(database, tenant, sequence, columns[12]) not in (
            None,
            columns[13],
        ):
            broken.append(f"the detail of audit row {sequence} of tenant {tenant} was changed")
        previous[tenant] = digest
    return broken


def detail_digest(database, tenant, sequence, detail):
    """Digest of a detail with the edges that it changed; None when it was erased."""
    found = database.execute("SELECT salt, before, after FROM audit_detail WHERE detail = ?", (detail,))
    found = found.fetchone()
    if found is None:
        return None
    parts = [text(value) for value in found]
    members = database.execute(
        "SELECT member_row, id, added FROM change_member WHERE tenant = ? AND sequence = ? ORDER BY place",
        (tenant, sequence),
    )
    for row, member, added in members:
        parts += [number(row), text(id_text(member)), number(added)]
    return hashlib.sha256(b"".join(parts)).digest()
