-- AlterTable
ALTER TABLE "mails" ADD COLUMN     "attached" JSONB;

-- CreateTable
CREATE TABLE "stored_files" (
    "id" TEXT NOT NULL,
    "pipeline_id" TEXT NOT NULL,
    "home" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "store_key" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT,
    "sha256" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "fencing_token" BIGINT NOT NULL,
    "readers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stored_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "run_key" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("run_key","target")
);

-- CreateIndex
CREATE INDEX "stored_files_pipeline_id_idx" ON "stored_files"("pipeline_id");

-- CreateIndex
CREATE UNIQUE INDEX "stored_files_home_path_key" ON "stored_files"("home", "path");

-- AddForeignKey
ALTER TABLE "stored_files" ADD CONSTRAINT "stored_files_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipelines"("id") ON DELETE CASCADE ON UPDATE CASCADE;
