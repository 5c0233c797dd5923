-- When an artifact's files were removed from the store, and by which rule; the row stays.
ALTER TABLE "artifacts" ADD COLUMN "expired_at" TIMESTAMPTZ(3), ADD COLUMN "expired_by" TEXT;

-- Since when an attempt's log is no more than a line that says so.
ALTER TABLE "attempts" ADD COLUMN "log_expired_at" TIMESTAMPTZ(3);

-- Which runs have an attempt's artifacts.
CREATE INDEX "run_stages_attempt_id_idx" ON "run_stages"("attempt_id");

-- What is still kept, oldest first.
create index artifacts_kept on artifacts (created_at) where expired_at is null;
create index attempts_with_log on attempts (finished_at) where log_expired_at is null and log_lines > 0;
