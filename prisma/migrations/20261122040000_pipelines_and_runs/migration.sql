-- Before the table whose default it is.
create sequence attempt_fences;

CREATE TYPE "run_state" AS ENUM ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled');

CREATE TYPE "stage_state" AS ENUM ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped');

CREATE TYPE "attempt_state" AS ENUM ('waiting', 'admitted', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'lost');

ALTER TABLE "triggers" ADD COLUMN     "missed" TEXT NOT NULL DEFAULT 'latest',
ADD COLUMN     "overlap" TEXT NOT NULL DEFAULT 'skip',
ADD COLUMN     "pipeline_id" TEXT;

ALTER TABLE "trigger_slots" ADD COLUMN     "run_id" TEXT;

ALTER TABLE "work" ADD COLUMN     "attempt_id" TEXT,
ADD COLUMN     "beside" TEXT NOT NULL DEFAULT '';

ALTER TABLE "workers" ADD COLUMN     "place" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "stages_at_once" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "pipelines" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT,
    "owner_id" TEXT NOT NULL,
    "team_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "source" TEXT,
    "warehouses" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pipelines_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "pipeline_versions" (
    "pipeline_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "text" TEXT NOT NULL,
    "pins" JSONB NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "author_id" TEXT NOT NULL,
    "by_admin" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pipeline_versions_pkey" PRIMARY KEY ("pipeline_id","number")
);

CREATE TABLE "pipeline_drafts" (
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "base_version" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pipeline_drafts_pkey" PRIMARY KEY ("user_id","name")
);

CREATE TABLE "schema_grants" (
    "team_id" TEXT NOT NULL,
    "warehouse_id" TEXT NOT NULL,
    "schema" TEXT NOT NULL,
    "by_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schema_grants_pkey" PRIMARY KEY ("team_id","warehouse_id","schema")
);

CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "pipeline_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'queued',
    "interval_from" TIMESTAMPTZ(3) NOT NULL,
    "interval_to" TIMESTAMPTZ(3) NOT NULL,
    "time_zone" TEXT NOT NULL,
    "params" JSONB NOT NULL DEFAULT '{}',
    "trigger" TEXT NOT NULL,
    "lane" SMALLINT NOT NULL DEFAULT 2,
    "user_id" TEXT NOT NULL,
    "token_id" TEXT,
    "retry_of" TEXT,
    "error" TEXT,
    "told_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "run_stages" (
    "run_id" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "operator" TEXT NOT NULL,
    "state" "stage_state" NOT NULL DEFAULT 'waiting',
    "needs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "doors" JSONB NOT NULL DEFAULT '[]',
    "retries" INTEGER NOT NULL DEFAULT 0,
    "spent" INTEGER NOT NULL DEFAULT 0,
    "retry_delay" INTEGER NOT NULL DEFAULT 10,
    "repeat_safe" BOOLEAN NOT NULL DEFAULT true,
    "lost" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(3),
    "attempt_id" TEXT,
    "reused" BOOLEAN NOT NULL DEFAULT false,
    "error" JSONB,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_stages_pkey" PRIMARY KEY ("run_id","stage")
);

CREATE TABLE "attempts" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "fencing_token" BIGINT NOT NULL DEFAULT nextval('attempt_fences'),
    "state" "attempt_state" NOT NULL DEFAULT 'waiting',
    "lane" SMALLINT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token_id" TEXT,
    "queued_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "admitted_at" TIMESTAMPTZ(6),
    "started_at" TIMESTAMPTZ(6),
    "program_start" TIMESTAMPTZ(6),
    "program_end" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),
    "lease_token" TEXT,
    "worker_id" TEXT,
    "runtime" TEXT,
    "handle" TEXT,
    "place" TEXT,
    "backends" JSONB NOT NULL DEFAULT '[]',
    "exit" JSONB,
    "peak_memory" BIGINT,
    "cpu_seconds" DOUBLE PRECISION,
    "rows" BIGINT,
    "metrics" JSONB,
    "handed" JSONB,
    "error" JSONB,
    "stop_reason" TEXT,
    "log_position" JSONB,
    "log_bytes" BIGINT NOT NULL DEFAULT 0,
    "log_lines" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "artifacts" (
    "attempt_id" TEXT NOT NULL,
    "output" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT,
    "columns" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("attempt_id","output")
);

CREATE TABLE "log_chunks" (
    "attempt_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "lines" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "log_chunks_pkey" PRIMARY KEY ("attempt_id","seq")
);

CREATE UNIQUE INDEX "pipelines_name_key" ON "pipelines"("name");

CREATE INDEX "pipelines_owner_id_idx" ON "pipelines"("owner_id");

CREATE INDEX "pipelines_team_id_idx" ON "pipelines"("team_id");

CREATE INDEX "schema_grants_warehouse_id_idx" ON "schema_grants"("warehouse_id");

CREATE INDEX "runs_pipeline" ON "runs"("pipeline_id", "id");

CREATE UNIQUE INDEX "attempts_run_id_stage_number_key" ON "attempts"("run_id", "stage", "number");

ALTER TABLE "triggers" ADD CONSTRAINT "triggers_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipelines"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "pipelines" ADD CONSTRAINT "pipelines_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pipelines" ADD CONSTRAINT "pipelines_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "pipeline_versions" ADD CONSTRAINT "pipeline_versions_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipelines"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "pipeline_versions" ADD CONSTRAINT "pipeline_versions_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "pipeline_drafts" ADD CONSTRAINT "pipeline_drafts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "schema_grants" ADD CONSTRAINT "schema_grants_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "schema_grants" ADD CONSTRAINT "schema_grants_warehouse_id_fkey" FOREIGN KEY ("warehouse_id") REFERENCES "warehouses"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "runs" ADD CONSTRAINT "runs_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipelines"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "runs" ADD CONSTRAINT "runs_pipeline_id_version_fkey" FOREIGN KEY ("pipeline_id", "version") REFERENCES "pipeline_versions"("pipeline_id", "number") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "runs" ADD CONSTRAINT "runs_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "run_stages" ADD CONSTRAINT "run_stages_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "attempts" ADD CONSTRAINT "attempts_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "log_chunks" ADD CONSTRAINT "log_chunks_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Admission asks of those that wait in each door the first only; what runs is counted as a stage slot.
create index attempts_waiting on attempts (lane, queued_at) where state = 'waiting';
create index attempts_leased on attempts (state, worker_id) where state in ('admitted', 'running', 'cancelling');
create index attempts_turns on attempts (user_id, admitted_at desc);
create unique index work_of_attempt on work (attempt_id, warehouse_id) where attempt_id is not null;
drop index work_heads;
create index work_heads on work (warehouse_id, user_id, coalesce(token_id, ''), lane, beside, queued_at, id) where state = 'waiting';

-- What reconciling looks for.
create index runs_open on runs (pipeline_id, id) where state in ('queued', 'running', 'cancelling');
create index runs_untold on runs (id) where told_at is null and state in ('succeeded', 'failed', 'cancelled');
create index run_stages_due on run_stages (retry_at) where retry_at is not null;


-- A trigger runs a query, refreshes a board, or starts a pipeline.
alter table triggers drop constraint triggers_one_object;
alter table triggers add constraint triggers_one_object check (num_nonnulls(query_id, board_id, pipeline_id) = 1);
create index triggers_pipeline on triggers (pipeline_id) where pipeline_id is not null;
