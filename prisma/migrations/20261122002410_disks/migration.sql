CREATE TABLE "disks" (
    "id" TEXT NOT NULL,
    "folder" TEXT NOT NULL,
    "total_bytes" BIGINT NOT NULL,
    "free_bytes" BIGINT NOT NULL,
    "growth" DOUBLE PRECISION,
    "full_at" TIMESTAMPTZ(3),
    "measured_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "disks_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "disk_samples" (
    "disk_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "used_bytes" BIGINT NOT NULL,

    CONSTRAINT "disk_samples_pkey" PRIMARY KEY ("disk_id", "at")
);

ALTER TABLE "disk_samples" ADD CONSTRAINT "disk_samples_disk_id_fkey" FOREIGN KEY ("disk_id") REFERENCES "disks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What results take of the store, added up without looking at what is gone.
create index statements_stored on statements (id) include (result_bytes) where result_key is not null;
