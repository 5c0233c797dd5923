-- The foremost lane in which what a token asks for may stand. Null: as any program's, or any assistant's (lib/gate/lane-of.ts).
alter table api_tokens add column lane text
  constraint api_tokens_lane check (lane in ('interactive', 'api', 'scheduled', 'backfill'));
