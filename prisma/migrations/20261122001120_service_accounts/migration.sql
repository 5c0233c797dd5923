-- A service account is a user that no person is: it belongs to a team, signs in nowhere, and outlives everybody.
alter table users add column service_team_id text references teams (id) on delete restrict;
create index users_service_team on users (service_team_id) where service_team_id is not null;
-- The token that came after this one, which works on for a while.
alter table api_tokens add column replaced_by_id text;
