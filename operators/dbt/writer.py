"""What of the warehouse this program looks at itself: how far the writer reaches, and who reads what dbt has built."""

import threading

import psycopg2
from psycopg2 import sql

from stage import Refused

# What the role may do outside of the schemas, by itself or by a role that it may become.
REACH = """
with roles as (select r.oid, r.rolname, r.rolsuper, r.rolcreaterole from pg_catalog.pg_roles r
    where pg_catalog.pg_has_role(r.oid, 'MEMBER')),
  others as (select n.oid, n.nspname from pg_catalog.pg_namespace n
    where n.nspname <> all (%(schemas)s) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
select 'do anything, as a superuser' from roles where rolsuper
union select 'make roles' from roles where rolcreaterole
union select 'reach files and programs of the server' from roles
  where rolname in ('pg_write_server_files', 'pg_execute_server_program')
union select 'make schemas' from roles where pg_catalog.has_database_privilege(oid, pg_catalog.current_database(), 'CREATE')
union select 'make tables in ' || n.nspname from others n, roles r
  where pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE')
union select 'change tables of ' || n.nspname from others n join pg_catalog.pg_class c on c.relnamespace = n.oid, roles r
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (c.relowner = r.oid or pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
order by 1 limit 6
"""


class Writer:
    """One connection beside dbt's own."""

    def __init__(self, profile, context):
        self.readers = (context.get("writes") or {}).get("readers") or []
        self.schemas = (context.get("writes") or {}).get("schemas")
        keys = ("host", "port", "user", "password", "dbname", "sslmode")
        self._lock = threading.Lock()
        self._connection = psycopg2.connect(**{key: profile[key] for key in keys})
        self._connection.autocommit = True

    def refuse_reach(self):
        """
        A project is SQL of whoever writes it, hooks and macros too, so what keeps it within a team's schemas is the role's
        own rights, and nothing that is read in the project.
        """
        if self.schemas is None:
            return
        with self._connection.cursor() as cursor:
            cursor.execute(REACH, {"schemas": self.schemas})
            more = [row[0] for row in cursor.fetchall()]
        if not more:
            return
        named = ", ".join([*more[:5], *(["more"] if len(more) > 5 else [])])
        within = ", ".join(self.schemas) or "no schema"
        raise Refused(
            f"The writer of this warehouse may do more than write in {within}, where your team may: it may {named}. "
            "A dbt project could do all of it.",
            "warehouse",
            "Let an admin publish this pipeline, or take those rights from the writer.",
        )

    def open_to_readers(self, schema, name):
        """dbt makes most tables anew, and with them who may read them."""
        table = sql.Identifier(schema, name)
        with self._lock, self._connection.cursor() as cursor:
            for reader in self.readers:
                cursor.execute(sql.SQL("grant select on {} to {}").format(table, sql.Identifier(reader)))
