-- A run may be of a draft: then it has no pipeline, and what it runs stands in `tries`.
alter table runs alter column pipeline_id drop not null;

-- CreateTable
CREATE TABLE "tries" (
    "run_id" TEXT NOT NULL,
    "pipeline_id" TEXT,
    "name" TEXT NOT NULL,
    "title" TEXT,
    "owner_id" TEXT NOT NULL,
    "team_id" TEXT,
    "document" JSONB NOT NULL,
    "pins" JSONB NOT NULL,
    "by_admin" BOOLEAN NOT NULL DEFAULT false,
    "rows" INTEGER,
    "until" TEXT,

    CONSTRAINT "tries_pkey" PRIMARY KEY ("run_id")
);

-- AddForeignKey
ALTER TABLE "tries" ADD CONSTRAINT "tries_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table run_stages add column note text;
alter table attempts add column plan jsonb;
