ALTER TABLE "idempotency_keys" ADD COLUMN "made_id" TEXT;
