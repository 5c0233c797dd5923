-- CreateTable
CREATE TABLE "lake_tables" (
    "id" TEXT NOT NULL,
    "warehouse_id" TEXT NOT NULL,
    "schema" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "view" TEXT,
    "columns" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "pipeline" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lake_tables_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lake_files" (
    "id" TEXT NOT NULL,
    "table_id" TEXT NOT NULL,
    "store_key" TEXT NOT NULL,
    "run_key" TEXT NOT NULL,
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "lake_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lake_fences" (
    "warehouse_id" TEXT NOT NULL,
    "run_key" TEXT NOT NULL,
    "token" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lake_fences_pkey" PRIMARY KEY ("warehouse_id","run_key")
);

-- CreateIndex
CREATE UNIQUE INDEX "lake_files_store_key_key" ON "lake_files"("store_key");

-- CreateIndex
CREATE INDEX "lake_files_table_id_idx" ON "lake_files"("table_id");

-- CreateIndex
CREATE INDEX "lake_files_retired_at_idx" ON "lake_files"("retired_at");

-- A name is one whatever its case, as DuckDB reads it. (Prisma has no words for this.)
CREATE UNIQUE INDEX "lake_tables_name" ON "lake_tables"("warehouse_id", lower("schema"), lower("name"));

-- AddForeignKey
ALTER TABLE "lake_tables" ADD CONSTRAINT "lake_tables_warehouse_id_fkey" FOREIGN KEY ("warehouse_id") REFERENCES "warehouses"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lake_files" ADD CONSTRAINT "lake_files_table_id_fkey" FOREIGN KEY ("table_id") REFERENCES "lake_tables"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lake_fences" ADD CONSTRAINT "lake_fences_warehouse_id_fkey" FOREIGN KEY ("warehouse_id") REFERENCES "warehouses"("id") ON DELETE CASCADE ON UPDATE CASCADE;
