-- Who revoked a token: whose work it ends reads it (prisma/functions/ended-tokens.sql).
alter table api_tokens add column revoked_by_id text references users (id) on delete set null;
