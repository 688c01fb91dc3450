# SPDX-License-Identifier: Apache-2.0
"""What must hold inside a store at any moment. Each statement finds the rows that break its sentence."""

import sqlite3

RULES = {
    "a counter counts the resources of its type": """
        SELECT tenant, type FROM (SELECT tenant, type, count(*) AS n FROM resource GROUP BY tenant, type)
            FULL JOIN counter USING (tenant, type) WHERE coalesce(n, 0) <> coalesce(count, 0)""",
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
    "an audit row has its detail": """
        SELECT a.tenant FROM audit AS a WHERE detail <> 0 AND NOT EXISTS
            (SELECT 1 FROM audit_detail AS d WHERE d.detail = a.detail
                AND d.tenant = a.tenant AND d.sequence = a.sequence)""",
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
        return broken + [f"{name}: {rows[:5]}" for name, rows in find_all(database) if rows]
    finally:
        database.close()


def find_all(database):
    for name, statement in RULES.items():
        yield name, database.execute(statement).fetchall()


def audit_rows(path):
    database = sqlite3.connect(path)
    try:
        return database.execute("SELECT count(*) FROM audit").fetchone()[0]
    finally:
        database.close()
