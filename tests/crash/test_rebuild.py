# SPDX-License-Identifier: Apache-2.0
"""A start that makes the keys of all resources again may be killed, as often as you like."""

import contextlib
import sqlite3

from daemon import Daemon, wait_for
from expect import made, total, user

PEOPLE = 10000
KILLS = 3
CLONES = """
    INSERT INTO resource
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    SELECT row + n, tenant, type, randomblob(16), revision, created_ms, modified_ms, encoding, manager_at, display,
           external_ids, replace(document, 'Clone0', 'Clone' || n), owner
    FROM n, resource WHERE document LIKE '%Clone0%'
"""


@contextlib.contextmanager
def opened(server, mode="rw"):
    """The file itself. With mode "ro" beside a server: closing it moves nothing."""
    with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode={mode}", uri=True)) as database:
        yield database


def progress(server):
    """How many people have their keys; -1 while there are old ones; None when all is done."""
    with opened(server, "ro") as database:
        (text,) = database.execute("SELECT text FROM meta WHERE name = 'unicode'").fetchone()
    return int(text.split()[2]) if text.startswith("rebuild ") else None


def test_keys_are_whole_after_starts_that_were_killed(tmp_path, say):
    server = Daemon(tmp_path).start()
    tenant = server.tenant()
    with tenant.client() as http:
        made(http.post("/Users", json=user("Clone0")))
    server.stop()
    with opened(server) as database:
        database.execute(CLONES, (PEOPLE - 1,))
        database.execute("UPDATE meta SET text = '1.0.0' WHERE name = 'unicode'")
        database.commit()
    reached = [0]
    for _ in range(KILLS):
        server.spawn()
        wait_for(lambda: (progress(server) or 0) > reached[-1], "another step")
        server.kill()
        reached.append(progress(server))
    server.start()
    assert progress(server) is None
    with tenant.client() as http:
        assert total(http.get("/Users?count=0")) == 1  # the counter knows nothing of clones
        for number in (0, 1, PEOPLE // 2, PEOPLE - 1):
            assert total(http.get(f'/Users?filter=userName eq "CLONE{number}"')) == 1
    server.stop()
    with opened(server) as database:
        (rows,) = database.execute("SELECT count(DISTINCT row) FROM unique_value").fetchone()
    assert rows == PEOPLE
    say(f"rebuild: killed {KILLS} times, after keys of {reached[1:]} people")
